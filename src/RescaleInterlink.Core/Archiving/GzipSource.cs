using System.Runtime.InteropServices;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Archiving;

/// <summary>A tar of a folder, compressed while it is read. Of one version of the runtime, the same tree gives the same bytes.</summary>
internal sealed class GzipSource(TarSource tar) : IForwardSource
{
    // What cannot be compressed grows a little; the bound of any variant of zlib is well below this.
    private const int GrowthShare = 8;
    private const int GrowthAtLeast = 1 << 10;

    public string DisplayName => tar.DisplayName;

    /// <summary>The version of the runtime, and the kind of processor: both bring a zlib of their own, whose version nothing tells.</summary>
    public string Maker => $"gzip of {RuntimeInformation.FrameworkDescription} {RuntimeInformation.ProcessArchitecture}";

    public long? MostBytes => tar.Length + tar.Length / GrowthShare + GrowthAtLeast;

    /// <summary>The listing it is made from; its length is known at its end.</summary>
    public async Task<SourceIdentity> GetIdentityAsync(CancellationToken cancellationToken)
        => (await tar.GetIdentityAsync(cancellationToken).ConfigureAwait(false)) with { Length = null };

    public Task<Stream> OpenAsync(CancellationToken cancellationToken) => Task.FromResult<Stream>(new CompressedTarStream(tar));
}
