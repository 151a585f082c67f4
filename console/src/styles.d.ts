/** Styles are files, which the build puts together. */
declare module "*.css";
