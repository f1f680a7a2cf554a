/** asl-validator 4.0.0 has no types. It changes the definition that it checks, so pass a copy. */
declare module 'asl-validator' {
  function validate(
    definition: unknown,
    options?: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errorsText: (separator?: string) => string };
  export default validate;
}
