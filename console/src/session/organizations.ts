import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { caller, settings } from "./caller";

export const organizations = caller(() => new OrganizationsClient(settings));
