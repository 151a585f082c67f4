/** Light or dark, as the person has set in their system, also when they change it. */

export function followColours(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => document.body.classList.toggle("awsui-dark-mode", dark.matches);
  dark.addEventListener("change", follow);
  follow();
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  document.body.classList.toggle("awsui-motion-disabled", still.matches);
}
