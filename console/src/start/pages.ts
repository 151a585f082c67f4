/**
 * Every page of the console: its address below /console, and its file. One line makes a page.
 *
 * `:name` is a part of the address that the page gets, decoded, in `params`. A page is a component, exported as
 * `default`, and is loaded when somebody first goes there. `source` is the file as `load` names it: the build knows
 * by it what has to be loaded.
 */

import type { ComponentType } from "react";

export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

export interface Page {
  readonly path: string;
  readonly source: string;
  readonly load: () => Promise<{ default: ComponentType<PageProps> }>;
}

export const PAGES: readonly Page[] = [
  { path: "", source: "home/page", load: () => import("../home/page") },
  { path: "/explain", source: "explain/page", load: () => import("../explain/page") },
  { path: "/explain/:id", source: "explain/page", load: () => import("../explain/page") },
  { path: "/playground", source: "playground/page", load: () => import("../playground/page") },
  { path: "/iam/roles", source: "iam/roles/list", load: () => import("../iam/roles/list") },
  { path: "/iam/roles/:name", source: "iam/roles/role", load: () => import("../iam/roles/role") },
  { path: "/iam/create-role", source: "iam/roles/create", load: () => import("../iam/roles/create") },
  { path: "/iam/users", source: "iam/users/list", load: () => import("../iam/users/list") },
  { path: "/iam/users/:name", source: "iam/users/user", load: () => import("../iam/users/user") },
  { path: "/iam/groups", source: "iam/groups/list", load: () => import("../iam/groups/list") },
  { path: "/iam/groups/:name", source: "iam/groups/group", load: () => import("../iam/groups/group") },
  { path: "/iam/policies", source: "iam/policies/list", load: () => import("../iam/policies/list") },
  { path: "/iam/policies/:arn", source: "iam/policies/policy", load: () => import("../iam/policies/policy") },
  { path: "/iam/create-policy", source: "iam/policies/create", load: () => import("../iam/policies/create") },
  { path: "/iam/providers", source: "iam/providers/page", load: () => import("../iam/providers/page") },
  { path: "/organization", source: "organization/page", load: () => import("../organization/page") },
];

/** The page at a path, with its `params`. */
export function find(pathname: string): { page: Page; params: Record<string, string> } | undefined {
  const parts = pathname.replace(/\/+$/, "").split("/").slice(2);
  for (const page of PAGES) {
    const params = matched(page.path.split("/").slice(1), parts);
    if (params) return { page, params };
  }
  return undefined;
}

function matched(pattern: string[], parts: string[]): Record<string, string> | undefined {
  if (pattern.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, wanted] of pattern.entries()) {
    const part = decoded(parts[index] ?? "");
    if (part === undefined) return undefined;
    if (wanted.startsWith(":")) params[wanted.slice(1)] = part;
    else if (wanted !== part) return undefined;
  }
  return params;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
