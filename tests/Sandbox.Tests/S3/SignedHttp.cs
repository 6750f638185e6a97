using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RescaleInterlink.Sandbox.Credentials;

namespace RescaleInterlink.Sandbox.Tests.S3;

/// <summary>
/// A client that signs by itself, from AWS's description and with no code of the endpoint, and that can be told to do it wrongly.
/// </summary>
internal sealed class SignedHttp(S3Server server) : IDisposable
{
    private readonly HttpClient _http = new();

    public TemporaryCredential Credential { get; set; } = server.Credential;

    /// <summary>Moves the signature's time.</summary>
    public TimeSpan ClockError { get; set; }

    public string Region { get; set; } = "us-east-1";

    public Uri Url => server.Url;

    public async Task PutAsync(string key, byte[] content)
    {
        using var response = await SendAsync(HttpMethod.Put, key, content);
        response.EnsureSuccessStatusCode();
    }

    public async Task<byte[]> GetAsync(string key)
    {
        using var response = await SendAsync(HttpMethod.Get, key);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    public Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string keyAndQuery, byte[]? body = null, string? payloadHash = null, IEnumerable<(string Name, string Value)>? headers = null,
        Func<string, string>? forge = null, string bucket = S3Server.Bucket) =>
        _http.SendAsync(Request(method, keyAndQuery, body, payloadHash, headers, forge, bucket).Message, HttpCompletionOption.ResponseHeadersRead);

    /// <summary>The signed message, and what chunks are signed with.</summary>
    public (HttpRequestMessage Message, ChunkSigner Chunks) Request(
        HttpMethod method, string keyAndQuery, byte[]? body = null, string? payloadHash = null, IEnumerable<(string Name, string Value)>? headers = null,
        Func<string, string>? forge = null, string bucket = S3Server.Bucket)
    {
        var mark = keyAndQuery.IndexOf('?', StringComparison.Ordinal);
        var key = mark < 0 ? keyAndQuery : keyAndQuery[..mark];
        var path = $"/{bucket}" + (key.Length == 0 ? "" : "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)));
        var query = string.Join('&', (mark < 0 ? "" : keyAndQuery[(mark + 1)..]).Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2)).Select(pair => $"{Uri.EscapeDataString(pair[0])}={(pair.Length == 2 ? Uri.EscapeDataString(pair[1]) : "")}")
            .Order(StringComparer.Ordinal));
        var message = new HttpRequestMessage(method, new Uri($"{server.Url.GetLeftPart(UriPartial.Authority)}{path}{(query.Length > 0 ? "?" + query : "")}"));
        if (body is not null) message.Content = new ByteArrayContent(body);

        var time = DateTimeOffset.UtcNow + ClockError;
        var stamp = time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        payloadHash ??= Hex(SHA256.HashData(body ?? []));
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = server.Url.Authority, ["x-amz-date"] = stamp, ["x-amz-content-sha256"] = payloadHash, ["x-amz-security-token"] = Credential.SessionToken,
        };
        foreach (var (name, value) in headers ?? [])
        {
            if (name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)) signed[name.ToLowerInvariant()] = value;
            else if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content!.Headers.TryAddWithoutValidation(name, value);
        }

        var names = string.Join(';', signed.Keys);
        var canonical = $"{method}\n{path}\n{query}\n{string.Concat(signed.Select(pair => $"{pair.Key}:{pair.Value}\n"))}\n{names}\n{payloadHash}";
        var scope = $"{stamp[..8]}/{Region}/s3/aws4_request";
        var signingKey = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + Credential.SecretKey), Encoding.UTF8.GetBytes(stamp[..8]));
        foreach (var step in new[] { Region, "s3", "aws4_request" }) signingKey = HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes(step));
        var signature = Hex(HMACSHA256.HashData(signingKey, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}")));
        var sent = forge?.Invoke(signature) ?? signature;
        foreach (var (name, value) in signed)
            if (name != "host") message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={Credential.AccessKey}/{scope}, SignedHeaders={names}, Signature={sent}");
        return (message, new ChunkSigner(signingKey, stamp, scope, signature));
    }

    public void Dispose() => _http.Dispose();

    internal static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>Frames and signs the chunks of an aws-chunked body.</summary>
internal sealed class ChunkSigner(byte[] key, string stamp, string scope, string seed)
{
    private string _previous = seed;

    /// <summary>One chunk with its frame. A forged signature is sent, while the chain goes on from the right one.</summary>
    public byte[] Chunk(ReadOnlySpan<byte> data, Func<string, string>? forge = null)
    {
        _previous = Sign($"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{_previous}\n{SignedHttp.Hex(SHA256.HashData(Array.Empty<byte>()))}\n{SignedHttp.Hex(SHA256.HashData(data))}");
        var header = Encoding.ASCII.GetBytes($"{data.Length:x};chunk-signature={forge?.Invoke(_previous) ?? _previous}\r\n");
        return [.. header, .. data, .. data.Length > 0 ? "\r\n"u8 : []];
    }

    /// <summary>The chunk of length 0 and the empty line that ends a body without trailers.</summary>
    public byte[] End(Func<string, string>? forge = null) => [.. Chunk([], forge), .. "\r\n"u8];

    /// <summary>The trailer with its signature, and the empty line.</summary>
    public byte[] Trailer(string name, string value, Func<string, string>? forge = null)
    {
        var signature = Sign($"AWS4-HMAC-SHA256-TRAILER\n{stamp}\n{scope}\n{_previous}\n{SignedHttp.Hex(SHA256.HashData(Encoding.ASCII.GetBytes($"{name}:{value}\n")))}");
        return Encoding.ASCII.GetBytes($"{name}:{value}\r\nx-amz-trailer-signature:{forge?.Invoke(signature) ?? signature}\r\n\r\n");
    }

    private string Sign(string text) => SignedHttp.Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
}
