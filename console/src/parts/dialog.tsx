/** Asks before something is done, in words that say what it is. A refusal stays in the dialog. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactElement, ReactNode } from "react";
import { useAct } from "../session/act";
import { texts } from "../texts/english";
import { Refusal } from "./refusal";

interface DialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button says. */
  readonly verb: string;
  readonly isReady?: boolean;
  readonly size?: "medium" | "large";
  readonly act: () => Promise<unknown>;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

export function Dialog({ title, children, verb, isReady = true, size = "medium", act, onDone, onClose }: DialogProps): ReactElement {
  const { isRunning, error, run } = useAct();
  return (
    <Modal
      visible
      size={size}
      header={title}
      onDismiss={onClose}
      closeAriaLabel={texts.dialog.close}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose}>{texts.dialog.cancel}</Button>
            <Button variant="primary" loading={isRunning} disabled={!isReady} onClick={() => run(act, onDone)}>
              {verb}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {children}
        {error !== undefined && <Refusal error={error} />}
      </SpaceBetween>
    </Modal>
  );
}
