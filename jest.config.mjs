export default {
  displayName: 'causeway',
  roots: ['<rootDir>/relay', '<rootDir>/test', '<rootDir>/scripts'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: '<rootDir>/test/jest/node-environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/jest/strip-types.cjs' },
  modulePathIgnorePatterns: ['<rootDir>/force-app', '<rootDir>/.data'],
  testTimeout: 30_000,
};
