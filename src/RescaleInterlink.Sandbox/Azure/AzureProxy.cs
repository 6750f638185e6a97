using System.Net;
using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Http.Features;

namespace RescaleInterlink.Sandbox.Azure;

/// <summary>Passes an exchange on to Azurite and its answer back: same target, same headers, bodies streamed both ways.</summary>
internal sealed class AzureProxy(Uri azurite, HttpMessageInvoker http)
{
    private const int BufferBytes = 128 << 10;

    /// <summary>They belong to one connection (RFC 9110, 7.6.1) or are made anew for the next one.</summary>
    private static readonly HashSet<string> OfConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Host", "Content-Length",
    };

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Does not begin a request anew by itself, and keeps its connections for less time than Azurite does.</summary>
    public static HttpMessageInvoker CreateClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20),
    });

    /// <exception cref="HttpRequestException">Azurite did not answer, and nothing has been sent to the client.</exception>
    public async Task PassAsync(HttpContext exchange)
    {
        using var request = Request(exchange, out var body);
        HttpResponseMessage answer;
        try
        {
            answer = await http.SendAsync(request, exchange.RequestAborted);
        }
        catch (Exception) when (body?.ClientFailure is not null)
        {
            ExceptionDispatchInfo.Throw(body.ClientFailure);
            throw;
        }

        using (answer)
            await AnswerAsync(exchange, answer);
    }

    private HttpRequestMessage Request(HttpContext exchange, out PassedBody? body)
    {
        var from = exchange.Request;
        body = from.ContentLength is not null || exchange.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true ? new PassedBody(exchange) : null;
        var request = new HttpRequestMessage(new HttpMethod(from.Method), new Uri(azurite.GetLeftPart(UriPartial.Authority) + AzureTarget.Raw(exchange), AsWritten))
        {
            Version = HttpVersion.Version11,
            Content = body,
        };
        // Azurite writes it into lists as its own address.
        request.Headers.Host = from.Host.Value;
        foreach (var (name, values) in from.Headers)
        {
            if (!OfConnection.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                body?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        return request;
    }

    private static async Task AnswerAsync(HttpContext exchange, HttpResponseMessage answer)
    {
        var to = exchange.Response;
        to.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!OfConnection.Contains(name))
                to.Headers[name] = values.ToArray();
        }

        to.ContentLength = answer.Content.Headers.ContentLength;
        if (HttpMethods.IsHead(exchange.Request.Method))
            return;
        await using var content = await answer.Content.ReadAsStreamAsync(exchange.RequestAborted);
        byte[] buffer = new byte[(int)Math.Clamp(to.ContentLength ?? BufferBytes, 1, BufferBytes)];
        while (await content.ReadAsync(buffer, exchange.RequestAborted) is > 0 and var read)
            await to.Body.WriteAsync(buffer.AsMemory(0, read), exchange.RequestAborted);
    }
}
