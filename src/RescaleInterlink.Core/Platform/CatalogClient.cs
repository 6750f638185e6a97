using System.Runtime.CompilerServices;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Platform;

/// <summary>What jobs can run on and with (interop API 7). Every listing is streamed page by page.</summary>
public sealed class CatalogClient
{
    private readonly ApiChannel _channel;

    internal CatalogClient(ApiChannel channel) => _channel = channel;

    /// <summary>Core types without prices.</summary>
    public IAsyncEnumerable<CoreType> ListCoreTypesAsync(bool includeInactive, CancellationToken cancellationToken)
        => ListCoreTypesAsync("v3", includeInactive, cancellationToken);

    /// <summary>Core types from the older listing, which adds prices and what else only it knows.</summary>
    public IAsyncEnumerable<CoreType> ListPricedCoreTypesAsync(bool includeInactive, CancellationToken cancellationToken)
        => ListCoreTypesAsync("v2", includeInactive, cancellationToken);

    /// <summary>Software with its versions.</summary>
    public async IAsyncEnumerable<Analysis> ListAnalysesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/analyses/", _channel.Policy.Listing, "the list of software");
        await foreach (var entry in _channel.ListAsync(call, null, PlatformJson.Default.PageDtoAnalysisDto, cancellationToken).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } analysis)
                yield return analysis;
        }
    }

    /// <summary>Automations of the workspace. The platform answers with a bare array or with pages; both are read.</summary>
    public async IAsyncEnumerable<Automation> ListAutomationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, "/api/v3/automations/", _channel.Policy.Listing, "the list of automations");
        await foreach (var entry in _channel.ListAsync(call, null, PlatformJson.Default.PageDtoAutomationDto, cancellationToken, PlatformJson.Default.ListAutomationDto!).ConfigureAwait(false))
        {
            if (entry.ToRecord() is { } automation)
                yield return automation;
        }
    }

    private async IAsyncEnumerable<CoreType> ListCoreTypesAsync(string version, bool includeInactive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var call = new ApiCall(HttpMethod.Get, $"/api/{version}/coretypes/{(includeInactive ? "" : "?isActive=true")}", _channel.Policy.Listing, "the list of core types");
        await foreach (var entry in _channel.ListAsync(call, null, PlatformJson.Default.PageDtoCoreTypeDto, cancellationToken).ConfigureAwait(false))
        {
            // A server that does not know the filter lists them all.
            if (entry.ToRecord() is { } type && (includeInactive || type.IsActive))
                yield return type;
        }
    }
}
