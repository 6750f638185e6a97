using RescaleInterlink.PowerShell.Base;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>A file that was downloaded, verified and put at its place.</summary>
public sealed class ReceivedFileItem : IShellObject
{
    internal ReceivedFileItem(string fullName, string? fileId, string? jobId, long length, string? sha512, Integrity? integrity)
    {
        FullName = fullName;
        Name = System.IO.Path.GetFileName(fullName);
        FileId = fileId;
        JobId = jobId;
        Length = length;
        Sha512 = sha512;
        Integrity = integrity?.ToString();
    }

    static string IShellObject.TypeName => "RescaleInterlink.ReceivedFile";

    /// <summary>Full local path, named as on a file of Get-ChildItem.</summary>
    public string FullName { get; }

    public string Name { get; }

    public long Length { get; }

    public string? Sha512 { get; }

    /// <summary><c>Verified</c>, or <c>Unverifiable</c> when the platform has no hash to compare with.</summary>
    public string? Integrity { get; }

    public string? FileId { get; }

    public string? JobId { get; }

    public override string ToString() => FullName;
}
