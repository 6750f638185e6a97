namespace RescaleInterlink.Storage;

/// <summary>What a store needs to know of its bucket; it never learns a Rescale id.</summary>
/// <param name="Endpoint">Custom endpoint (path style), or null for the cloud's own.</param>
public sealed record StoreDescription(string Region, string Container, Uri? Endpoint, bool UseFips = false);

/// <summary>What an Azure store needs to know of its container.</summary>
/// <param name="Endpoint">
/// The account's address where it is not the public cloud's. Emulators have the account in the path; one without a path gets it.
/// </param>
public sealed record AzureStoreDescription(string Account, string Container, Uri? Endpoint = null)
{
    internal Uri ContainerAddress
    {
        get
        {
            var account = Endpoint is null ? new Uri($"https://{Account}.blob.core.windows.net/")
                : Endpoint.AbsolutePath == "/" ? new Uri(Endpoint, Account + "/")
                : new Uri(Endpoint.AbsoluteUri.TrimEnd('/') + "/");
            return new Uri(account, Container);
        }
    }
}
