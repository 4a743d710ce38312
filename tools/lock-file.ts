/**
 * Whether `npm ci` will take the lock file. npm leaves a package for another platform out of it
 * when the registry at hand doesn't have that package, and then refuses the file for the gap.
 */
interface LockedPackage {
  optionalDependencies?: Record<string, string>;
}

/** Optional packages that others in the lock file name and that it has no entry for. Pure. */
export function missingFromLock(packages: Readonly<Record<string, LockedPackage>>): string[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !resolves(path, name, packages)),
  );
}

/** As Node.js looks a package up: in this package's folder, then in the one around it, and so on. */
function resolves(path: string, name: string, packages: Readonly<Record<string, unknown>>) {
  for (let folder = path; ; folder = folder.slice(0, folder.lastIndexOf('node_modules/'))) {
    const base = folder === '' || folder.endsWith('/') ? folder : `${folder}/`;
    if (packages[`${base}node_modules/${name}`] !== undefined) return true;
    if (!folder.includes('node_modules/')) {
      return packages[`node_modules/${name}`] !== undefined;
    }
  }
}
