using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using RescaleInterlink.Sandbox.Streams;

namespace RescaleInterlink.Sandbox.Faults;

/// <summary>Takes an exchange's answer away from the server and puts it on the wire itself, up to a point.</summary>
/// <param name="http">The exchange.</param>
/// <param name="wire">Its connection.</param>
/// <param name="limit">Bytes of the body that pass, given its length; null for all.</param>
/// <param name="atLimit">What happens then. It is called once, at the latest at the end; when it returns true the rest passes.</param>
internal sealed class RawAnswer(HttpContext http, Wire wire, Func<long, long>? limit, Func<Task<bool>>? atLimit) : AsyncWriteStream
{
    private readonly MemoryStream _unmeasured = new();
    private bool _headSent;
    private bool _cut;
    private bool _limitReached;
    private long _left = long.MaxValue;

    /// <summary>The connection has been ended.</summary>
    public bool IsCut => _cut;

    /// <summary>Puts it in the place of the exchange's own answer.</summary>
    public void Attach() => http.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(this));

    /// <summary>The handler has ended: sends what is still to be sent.</summary>
    public async Task EndAsync()
    {
        if (!_headSent)
        {
            // An answer without a stated length is short: it was kept until now.
            http.Response.ContentLength ??= _unmeasured.Length;
            await SendAsync(_unmeasured.ToArray());
        }

        await ReachLimitAsync();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (http.Response.ContentLength is null)
            _unmeasured.Write(buffer.Span);
        else
            await SendAsync(buffer);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!_headSent)
        {
            _headSent = true;
            if (limit is not null)
                _left = limit(http.Response.ContentLength ?? 0);
            await wire.WriteAsync(Head());
        }

        if (_cut)
            return;
        if (bytes.Length <= _left)
        {
            await wire.WriteAsync(bytes);
            _left -= bytes.Length;
            return;
        }

        await wire.WriteAsync(bytes[..(int)_left]);
        int passed = (int)_left;
        _left = long.MaxValue;
        await ReachLimitAsync();
        if (!_cut)
            await wire.WriteAsync(bytes[passed..]);
    }

    private async Task ReachLimitAsync()
    {
        if (_limitReached || atLimit is null)
            return;
        _limitReached = true;
        _cut = !await atLimit();
    }

    private byte[] Head()
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {http.Response.StatusCode} {ReasonPhrases.GetReasonPhrase(http.Response.StatusCode)}\r\n");
        foreach (var (name, values) in http.Response.Headers)
        {
            foreach (string? value in values)
                head.Append(name).Append(": ").Append(value).Append("\r\n");
        }

        return Encoding.Latin1.GetBytes(head.Append("\r\n").ToString());
    }
}
