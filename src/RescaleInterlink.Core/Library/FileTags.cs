using RescaleInterlink.Errors;
using RescaleInterlink.Platform;

namespace RescaleInterlink.Library;

/// <summary>Tags of files (interop API 4, F7 to F9).</summary>
public static class FileTags
{
    /// <summary>Tags without the blanks around them; blank ones and repetitions are left out. Tags that differ in case alone are one.</summary>
    public static IReadOnlyList<string> Clean(IEnumerable<string> tags)
        => [.. tags.Select(static tag => tag.Trim()).Where(static tag => tag.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase)];

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

    /// <summary>What makes a file's tags those that are wanted. What it has already is left alone.</summary>
    public static TagChange Change(IEnumerable<Tag> present, IEnumerable<string> wanted)
    {
        var goal = Clean(wanted);
        var has = present.ToList();
        return new TagChange(
            [.. goal.Where(tag => !has.Exists(old => IsSame(old, tag)))],
            [.. has.Where(old => !goal.Any(tag => IsSame(old, tag))).Select(static old => old.Name)]);
    }

    /// <summary>Adds before it removes: a failure halfway leaves more tags than wanted, and loses none.</summary>
    /// <exception cref="RescaleException">FileNotFound, ...</exception>
    public static async Task ApplyAsync(FilesClient files, string fileId, TagChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(change);
        foreach (var tag in change.Add)
            await files.AddTagAsync(fileId, tag, cancellationToken).ConfigureAwait(false);
        foreach (var tag in change.Remove)
            await files.RemoveTagAsync(fileId, tag, cancellationToken).ConfigureAwait(false);
    }

    private static bool IsSame(Tag present, string wanted) => string.Equals(present.Name, wanted, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Tags to add and, after that, to take away.</summary>
public sealed record TagChange(IReadOnlyList<string> Add, IReadOnlyList<string> Remove)
{
    public bool IsNothing => Add.Count + Remove.Count == 0;
}
