using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using RescaleInterlink.Sandbox.Storage;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>The blobs of the sandbox's Azure account, asked of Azurite itself: neither faults nor counters see it.</summary>
/// <param name="azurite">Address of Azurite's blob service.</param>
/// <param name="account">The account.</param>
/// <param name="signer">Signs with its key.</param>
/// <param name="http">Sends; stays its owner's.</param>
/// <param name="time">The clock.</param>
internal sealed class BlobStorage(Uri azurite, AzureAccount account, SasSigner signer, HttpMessageInvoker http, TimeProvider time) : IObjectStorage
{
    /// <summary>What is in memory while a blob is written: 8 MiB; 50 000 blocks of it make 400 GB.</summary>
    private const int BlockBytes = 8 << 20;

    private const string ApiVersion = "2021-08-06";
    private const string MetadataPrefix = "x-ms-meta-";

    /// <summary>For the difference of clocks, and for one exchange.</summary>
    private static readonly TimeSpan Signed = TimeSpan.FromMinutes(15);

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Makes the container; one that is there is as good.</summary>
    public async Task EnsureContainerAsync(string container, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Put, Path(container), "restype=container", new ByteArrayContent([]), cancellationToken);
        Expect(answer, HttpStatusCode.Created, HttpStatusCode.Conflict);
    }

    public async Task<bool> ExistsAsync(string container, string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Head, Path(container, path), "", content: null, cancellationToken);
        return Expect(answer, HttpStatusCode.OK, HttpStatusCode.NotFound) == HttpStatusCode.OK;
    }

    public async Task<OpenedObject?> OpenAsync(string container, string path, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, Path(container, path), "", content: null, cancellationToken);
        try
        {
            if (Expect(answer, HttpStatusCode.OK, HttpStatusCode.NotFound) == HttpStatusCode.NotFound)
            {
                answer.Dispose();
                return null;
            }

            var metadata = answer.Headers.Where(header => header.Key.StartsWith(MetadataPrefix, StringComparison.OrdinalIgnoreCase))
                .ToDictionary(header => header.Key[MetadataPrefix.Length..], header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase);
            return new OpenedObject(await answer.Content.ReadAsStreamAsync(cancellationToken), metadata);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    public async Task PutAsync(string container, string path, Stream content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken)
    {
        string blob = Path(container, path);
        byte[] buffer = new byte[BlockBytes];
        List<string> blocks = [];
        while (await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) is > 0 and var read)
        {
            string id = Convert.ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"sandbox-{blocks.Count:D8}")));
            using var stored = await SendAsync(HttpMethod.Put, blob, $"comp=block&blockid={Uri.EscapeDataString(id)}", new ByteArrayContent(buffer, 0, read), cancellationToken);
            Expect(stored, HttpStatusCode.Created);
            blocks.Add(id);
        }

        var list = new XElement("BlockList", blocks.Select(id => new XElement("Latest", id)));
        using var commit = new ByteArrayContent(Encoding.UTF8.GetBytes(list.ToString(SaveOptions.DisableFormatting)));
        foreach (var (name, value) in metadata)
            commit.Headers.TryAddWithoutValidation(MetadataPrefix + name.ToLowerInvariant(), value);
        using var committed = await SendAsync(HttpMethod.Put, blob, "comp=blocklist", commit, cancellationToken);
        Expect(committed, HttpStatusCode.Created);
    }

    public async Task DeleteAsync(string container, string path, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Delete, Path(container, path), "", content: null, cancellationToken);
        Expect(answer, HttpStatusCode.Accepted, HttpStatusCode.NotFound);
    }

    public async Task DeleteAllAsync(string container, string prefix, CancellationToken cancellationToken)
    {
        while (await ListAsync(container, prefix, cancellationToken) is { Count: > 0 } found)
        {
            foreach (string path in found)
                await DeleteAsync(container, path, cancellationToken);
        }
    }

    /// <summary>The first page.</summary>
    private async Task<IReadOnlyList<string>> ListAsync(string container, string prefix, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(HttpMethod.Get, Path(container), $"restype=container&comp=list&prefix={Uri.EscapeDataString(prefix)}", content: null, cancellationToken);
        Expect(answer, HttpStatusCode.OK);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        var list = await XDocument.LoadAsync(body, LoadOptions.None, cancellationToken);
        return [.. list.Descendants("Blob").Select(blob => blob.Element("Name")!.Value)];
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string query, HttpContent? content, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        string signature = signer.Account(now - Signed, now + Signed);
        var address = new Uri($"{azurite.GetLeftPart(UriPartial.Authority)}{path}?{query}{(query.Length > 0 ? "&" : "")}{signature}", AsWritten);
        // Not disposed: its content is its caller's, and it holds nothing else.
        var request = new HttpRequestMessage(method, address) { Content = content, Version = HttpVersion.Version11 };
        request.Headers.TryAddWithoutValidation("x-ms-version", ApiVersion);
        try
        {
            return await http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw new IOException($"Azurite did not answer {method}.", failure);
        }
    }

    private string Path(string container, string? path = null)
        => path is null ? $"/{account.Name}/{container}" : $"/{account.Name}/{container}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";

    /// <exception cref="IOException">Another status: the storage is not well. Neither address nor body are told, for their signature.</exception>
    private static HttpStatusCode Expect(HttpResponseMessage answer, params ReadOnlySpan<HttpStatusCode> expected)
    {
        if (expected.Contains(answer.StatusCode))
            return answer.StatusCode;
        string code = answer.Headers.TryGetValues("x-ms-error-code", out var codes) ? string.Join(",", codes) : "no code";
        throw new IOException($"Azurite answered {(int)answer.StatusCode} ({code}) to {answer.RequestMessage?.Method}.");
    }
}
