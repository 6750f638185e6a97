using System.Text;

namespace RescaleInterlink.Core.Tests.Library.Listing;

/// <summary>Answers of a scripted platform to the listing of a folder.</summary>
internal static class Pages
{
    public static string Folder(string id) => $$$"""{"type":"folder","item":{"id":"{{{id}}}","name":"{{{id}}}"}}""";

    public static string File(string id)
        => $$$"""{"type":"file","item":{"id":"{{{id}}}","name":"{{{id}}}.dat","decryptedSize":"12345","encodedEncryptionKey":"{{{new string('k', 44)}}}","pathParts":{"container":"c","path":"user/x/{{{id}}}"},"storage":{"id":"s","storageType":"S3Storage","connectionSettings":{"region":"r"}},"fileChecksums":[{"hashFunction":"sha512","fileHash":"{{{new string('a', 128)}}}"}]}}""";

    public static string Of(string? next, params string[] results)
        => new StringBuilder("{\"next\":").Append(next is null ? "null" : $"\"{next}\"").Append(",\"results\":[").AppendJoin(',', results).Append("]}").ToString();
}
