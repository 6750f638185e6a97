namespace RescaleInterlink.Library;

/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of the plaintext's hash.</param>
/// <param name="Parts">Parts the stored object was made of.</param>
/// <param name="Integrity">Whether the store compared a checksum of every byte it took.</param>
/// <param name="Duration">From the moment the engine took the file up until its object was whole.</param>
/// <param name="ResumedBytes">Plaintext bytes that an earlier run had sent.</param>
public sealed record UploadedFile(
    string Id, string Name, long Length, string Sha512, string FolderId, string ObjectKey, int Parts,
    Transfers.Integrity Integrity, TimeSpan Duration, long ResumedBytes)
{
    /// <summary>Tags that could not be set, each with its reason; the file is none the worse for it.</summary>
    public IReadOnlyList<Errors.RescaleException> MissedTags { get; init; } = [];
}
