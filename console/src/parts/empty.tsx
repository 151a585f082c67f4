/** Nothing is here yet: what would be, and the first step. */

import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactElement, ReactNode } from "react";

export function Empty({ title, note, action }: { title: string; note?: string; action?: ReactNode }): ReactElement {
  return (
    <Box textAlign="center" padding="l">
      <SpaceBetween size="xs">
        <Box variant="h3">{title}</Box>
        {note && <Box color="text-body-secondary">{note}</Box>}
        {action}
      </SpaceBetween>
    </Box>
  );
}
