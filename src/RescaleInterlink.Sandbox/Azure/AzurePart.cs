using RescaleInterlink.Sandbox.Hosting;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>The Azure account of a running sandbox: Azurite, what speaks to it, and the signatures handed out. Its listener is the host's.</summary>
internal sealed class AzurePart : IAsyncDisposable
{
    private readonly AzuriteProcess _azurite;
    private readonly HttpMessageInvoker _http;

    private AzurePart(AzuriteProcess azurite, HttpMessageInvoker http, BlobStorage blobs, AzureApplication application, SasTokens signatures)
    {
        _azurite = azurite;
        _http = http;
        Blobs = blobs;
        Application = application;
        Signatures = signatures;
    }

    public BlobStorage Blobs { get; }
    public AzureApplication Application { get; }
    public SasTokens Signatures { get; }
    public int AzuriteId => _azurite.Id;

    /// <param name="program">Path of <c>azurite-blob</c>; null for the one on the PATH.</param>
    /// <param name="container">Made when missing.</param>
    /// <exception cref="SandboxStartException">Azurite is not there, or does not start.</exception>
    public static async Task<AzurePart> StartAsync(
        string? program, AzureAccount account, string container, DataFolder folder, RequestCounters counters, FileLog log, TimeProvider time, CancellationToken cancellationToken)
    {
        var azurite = await AzuriteProcess.StartAsync(program, account, folder.Azurite, log, cancellationToken);
        var http = AzureProxy.CreateClient();
        var signer = new SasSigner(account);
        var signatures = new SasTokens(signer, folder.Credentials, time);
        var blobs = new BlobStorage(azurite.Endpoint, account, signer, http, time);
        var part = new AzurePart(azurite, http, blobs, new AzureApplication(new AzureProxy(azurite.Endpoint, http), signatures, counters, log, time), signatures);
        try
        {
            await blobs.EnsureContainerAsync(container, cancellationToken);
            return part;
        }
        catch
        {
            await part.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _azurite.DisposeAsync();
    }
}
