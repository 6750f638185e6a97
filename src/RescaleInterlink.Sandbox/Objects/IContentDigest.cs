namespace RescaleInterlink.Sandbox.Objects;

/// <summary>One running digest.</summary>
internal interface IContentDigest : IDisposable
{
    /// <summary>Takes the next bytes.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>The digest of all bytes so far, big-endian; called once.</summary>
    byte[] Finish();
}
