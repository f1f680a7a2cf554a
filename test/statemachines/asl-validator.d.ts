/** asl-validator 4.0.0 brings no types. It writes into the definition it checks: give it a copy. */
declare module 'asl-validator' {
  function validate(
    definition: unknown,
    options?: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errorsText: (separator?: string) => string };
  export default validate;
}
