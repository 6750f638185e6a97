using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>Tags of files (interop API 4, F8).</summary>
public static class FileTags
{
    /// <summary>Posts the tags one by one; blank ones and repetitions are left out.</summary>
    /// <returns>What failed, each with the file's id in its message; the file is none the worse for it.</returns>
    public static async Task<IReadOnlyList<RescaleException>> AddAsync(
        FilesClient files, string fileId, string fileName, IEnumerable<string> tags, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        var failures = new List<RescaleException>();
        foreach (var tag in tags.Select(static tag => tag.Trim()).Where(static tag => tag.Length > 0).Distinct(StringComparer.Ordinal))
        {
            try
            {
                await files.AddTagAsync(fileId, tag, cancellationToken).ConfigureAwait(false);
            }
            catch (RescaleException e)
            {
                failures.Add(new RescaleException(
                    e.ErrorId, e.Kind, $"'{fileName}' was sent and is file {fileId}, but its tag '{tag}' could not be set: {e.Message}", e.RecommendedAction, e));
            }
        }

        return failures;
    }
}
