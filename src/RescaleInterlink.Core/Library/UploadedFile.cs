namespace RescaleInterlink.Library;

/// <param name="Length">Plaintext bytes.</param>
/// <param name="Sha512">Lower-case hex of the plaintext's hash.</param>
/// <param name="Parts">Parts the stored object was made of.</param>
public sealed record UploadedFile(string Id, string Name, long Length, string Sha512, string FolderId, string ObjectKey, int Parts);
