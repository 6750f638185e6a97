using Azure.Storage;
using Azure.Storage.Blobs;
using Azure.Storage.Sas;
using RescaleInterlink.Networking;
using RescaleInterlink.Storage;

namespace RescaleInterlink.Core.Tests.Storage;

/// <summary>Stores on a container of their own in Azurite, with signatures as the platform gives them.</summary>
internal sealed class AzuriteStores : IAsyncDisposable
{
    private const string Account = "devstoreaccount1";

    // Not a secret: every emulator has it ("Use the Azurite emulator" of Azure's documentation).
    private const string Key = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    private readonly BlobContainerClient _container;
    private readonly ObjectStoreFactory _factory;

    private AzuriteStores(BlobContainerClient container, Uri azurite)
    {
        _container = container;
        _factory = new ObjectStoreFactory(HttpTransport.Create(new NetworkOptions()), S3Scripting.Hasty, S3Scripting.Patient);
        Description = new AzureStoreDescription(Account, container.Name, azurite);
        Store = Open(BlobContainerSasPermissions.All);
    }

    public AzureStoreDescription Description { get; }

    /// <summary>With a signature for all of the container.</summary>
    public IObjectStore Store { get; }

    public static async Task<AzuriteStores> OpenAsync(Uri azurite)
    {
        var service = new BlobServiceClient(new Uri(azurite, Account), new StorageSharedKeyCredential(Account, Key));
        var container = service.GetBlobContainerClient("c" + Guid.NewGuid().ToString("n"));
        await container.CreateAsync();
        return new AzuriteStores(container, azurite);
    }

    /// <param name="lifetime">Of the signature; negative for one that is over.</param>
    public IObjectStore Open(BlobContainerSasPermissions permissions, TimeSpan? lifetime = null) =>
        _factory.OpenAzure(Description, (_, _) => Task.FromResult(Sign(permissions, lifetime ?? TimeSpan.FromMinutes(15))));

    /// <summary>With a signature for each blob, and a note of each fetch.</summary>
    public IObjectStore OpenByBlob(ICollection<string> fetched) => _factory.OpenAzure(Description, (key, _, _) =>
    {
        lock (fetched) fetched.Add(key);
        var until = DateTimeOffset.UtcNow.AddMinutes(15);
        var sas = _container.GetBlobClient(key).GenerateSasUri(BlobSasPermissions.Read, until);
        return Task.FromResult(new SasCredentials(sas.Query[1..], CoversContainer: false, until));
    });

    public SasCredentials Sign(BlobContainerSasPermissions permissions, TimeSpan lifetime)
    {
        var until = DateTimeOffset.UtcNow + lifetime;
        return new SasCredentials(_container.GenerateSasUri(permissions, until).Query[1..], CoversContainer: true, until);
    }

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        _factory.Dispose();
        await _container.DeleteAsync();
    }
}
