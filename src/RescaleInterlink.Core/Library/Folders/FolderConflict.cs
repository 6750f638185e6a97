namespace RescaleInterlink.Library.Folders;

/// <summary>
/// What becomes of a file or folder whose name is taken at the other end. "Same" means equal length and equal SHA-512;
/// a file without a SHA-512 is never the same.
/// </summary>
/// <remarks>
/// <code>
/// mode       folder exists      file exists and is the same   file exists and differs
/// Merge      is used            Identical, nothing travels    error
/// Skip       is used            Skipped, not compared         Skipped, not compared
/// Overwrite  is used            Identical, nothing travels    replaced when the new one is whole
/// Rename     is used            Identical, nothing travels    the new one becomes 'name (2).ext'
/// Error      error, not entered error                         error
/// </code>
/// </remarks>
public enum FolderConflict
{
    Merge,
    Skip,
    Overwrite,
    Rename,
    Error,
}
