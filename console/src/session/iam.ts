import { IAMClient } from "@aws-sdk/client-iam";
import { caller, settings } from "./caller";

export const iam = caller(() => new IAMClient(settings));
