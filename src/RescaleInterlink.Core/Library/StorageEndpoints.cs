using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;

namespace RescaleInterlink.Library;

/// <summary>Which storage addresses may be used at all: https, or plain http on this machine.</summary>
internal static class StorageEndpoints
{
    public static bool IsAllowed(Uri endpoint) => PlatformAddress.IsStorageAllowed(endpoint);

    // Put together from host and port: a user name and password in the address must not be shown.
    public static RescaleException NotAllowed(Uri endpoint) => new(
        ErrorIds.StorageEndpointInvalid, ErrorKind.InvalidInput,
        $"'{(endpoint.IsAbsoluteUri ? $"{endpoint.Scheme}://{endpoint.Host}:{endpoint.Port}" : endpoint.OriginalString)}' cannot be the storage endpoint.",
        "Give an https address, or an http address of this machine, without a user name.");
}
