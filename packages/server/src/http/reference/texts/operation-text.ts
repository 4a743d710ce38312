/** The form of what the reference says of an operation, and the ids of its examples. */

export interface OperationText {
  /** Markdown; absent where the operation describes itself. */
  description?: string;
  /** The smallest body that does something useful; ids are those of `EXAMPLE_IDS`. */
  example?: object;
}

export type OperationTexts = Readonly<Record<string, OperationText>>;

/** Stand for ids that the reader has: the page's commands name them as variables of the shell. */
export const EXAMPLE_IDS = {
  USER_ID: '0a6e5a4c-54a6-4cbf-8f3b-7f0a4b8f2d11',
  DEVICE_ID: '1b7f6b5d-65b7-4dc0-9a4c-8a1b5c9a3e22',
  POLICY_ID: '2c8a7c6e-76c8-4ed1-8b5d-9b2c6d0b4f33',
  APP_ID: '3d9b8d7f-87d9-4fe2-9c6e-0c3d7e1c5a44',
  POPULATION_ID: '4e0c9e8a-98ea-4af3-8d7f-1d4e8f2d6b55',
  ROLE_ID: '5f1daf9b-a9fb-4ba4-9e80-2e5f9a3e7c66',
  GROUP_ID: '6a2e8ba0-b0ac-4cb5-8f91-3f6a0b4f8d77',
} as const;
