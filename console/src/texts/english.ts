/** Every word that the console says, by page. */

export const texts = {
  never: "never",
  now: "just now",
  frame: {
    menu: "Menu",
    nowhere: "There is no such page",
    nowhereNote: "The address may be of another version of the console.",
    ways: { home: "Home", roles: "Roles" },
  },
  list: {
    again: "Ask again",
    filter: "Find",
    found: (count: number, isWhole: boolean) => `${count} found${isWhole ? "" : " so far"}`,
    none: "Nothing fits",
    noneNote: "Every word must be in what is shown.",
    pages: { nextPageLabel: "Next page", previousPageLabel: "Page before", pageLabel: (page: number) => `Page ${page}` },
    waiting: "Asking the server",
  },
  refusal: {
    again: "Try again",
    anew: "You are somebody else now",
    away: "The server can't be reached",
    awayNote: "It may be starting again. Nothing was changed by this page meanwhile.",
    broken: "This page broke",
    denied: "Access denied",
    refused: "The server refused this",
    reload: "Load the page again",
    requestId: "Request id",
  },
  home: { title: "Home" },
  roles: {
    title: "Roles",
    note: "A role is who somebody becomes for a while: its trust policy says who may, its permissions say what they can do.",
    name: "Role",
    path: "Path",
    described: "What for",
    created: "Made",
    create: "Create role",
    none: "No roles yet",
    noneNote: "Make one, and give it a trust policy that says who may become it. No key has to be kept anywhere.",
  },
};
