using System.Runtime.CompilerServices;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>What jobs can run on and with (interop API 7).</summary>
public sealed class CatalogClient
{
    private readonly ApiChannel _channel;

    internal CatalogClient(ApiChannel channel) => _channel = channel;

    public async IAsyncEnumerable<CoreType> ListCoreTypesAsync(bool includeInactive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, includeInactive ? "/api/v3/coretypes/" : "/api/v3/coretypes/?isActive=true", _channel.Policy.Listing, "the list of core types");
        await foreach (var entry in _channel.ListAsync(call, null, PlatformJson.Default.PageDtoCoreTypeDto, cancellationToken).ConfigureAwait(false))
        {
            if (!string.IsNullOrEmpty(entry.Code))
                yield return new CoreType(entry.Code, entry.Name, entry.IsActive ?? true, entry.Cores ?? []);
        }
    }

    public async IAsyncEnumerable<Analysis> ListAnalysesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/analyses/", _channel.Policy.Listing, "the list of software");
        await foreach (var entry in _channel.ListAsync(call, null, PlatformJson.Default.PageDtoAnalysisDto, cancellationToken).ConfigureAwait(false))
        {
            if (!string.IsNullOrEmpty(entry.Code))
            {
                yield return new Analysis(
                    entry.Code,
                    entry.Name,
                    [.. (entry.Versions ?? []).Where(static v => v is not null).Select(static v => new AnalysisVersion(v!.Id, v.Version, v.VersionCode))]);
            }
        }
    }
}
