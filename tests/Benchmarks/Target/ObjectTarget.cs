using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace RescaleInterlink.Benchmarks.Target;

/// <summary>
/// A bare S3 server that costs as little as can be: bucket <c>sink</c> counts the bytes of objects and forgets them,
/// bucket <c>keep</c> has them in memory. No signature is checked, nothing is hashed. Two ports: one as fast as the
/// machine, one that behaves as object stores do (<see cref="ConnectionPace"/>). Runs in a process of its own.
/// </summary>
internal sealed class ObjectTarget
{
    public const string Sink = "sink";
    public const string Keep = "keep";
    private const int WriteSize = 256 << 10;

    private readonly ConcurrentDictionary<string, TargetObject> _objects = new();
    private readonly ConcurrentDictionary<string, TargetUpload> _uploads = new();
    private readonly TargetCounters _counters = new();
    private int _slowPort;

    /// <summary>Serves until standard input ends, which it does when the benchmark is gone.</summary>
    public static async Task<int> ServeAsync()
    {
        var target = new ObjectTarget();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        await using var app = builder.Build();
        app.Run(target.AnswerAsync);
        await app.StartAsync();
        var ports = app.Urls.Select(url => new Uri(url).Port).ToArray();
        target._slowPort = ports[1];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ports[0]} {ports[1]}"));
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
        return 0;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Path.StartsWithSegments("/-", out var command))
        {
            await ControlAsync(context, command.Value!.Trim('/'));
            return;
        }

        var path = request.Path.Value!.TrimStart('/');
        var pace = context.Connection.LocalPort == _slowPort ? PaceOf(context) : null;
        _counters.Begin(request);
        if (pace is not null && HttpMethods.IsGet(request.Method)) await Task.Delay(ConnectionPace.FirstByte);
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || slash == path.Length - 1)
        {
            await AnswerBucketAsync(context, path.TrimEnd('/'));
        }
        else if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            await SendAsync(context, path, pace);
        }
        else if (HttpMethods.IsPut(request.Method))
        {
            await ReceiveAsync(context, path, pace);
        }
        else if (HttpMethods.IsPost(request.Method) && request.Query.ContainsKey("uploads"))
        {
            var id = Guid.NewGuid().ToString("n");
            _uploads[id] = new TargetUpload(path, MetadataOf(request));
            await S3Replies.BeganAsync(response, path, id);
        }
        else if (HttpMethods.IsPost(request.Method) && request.Query["uploadId"] is [{ } id])
        {
            if (_uploads.TryRemove(id, out var upload)) await S3Replies.CompletedAsync(response, path, Store(path, upload.Finish()));
            else await S3Replies.MissingAsync(response, "NoSuchUpload");
        }
        else if (HttpMethods.IsDelete(request.Method))
        {
            if (request.Query["uploadId"] is [{ } aborted]) _uploads.TryRemove(aborted, out _);
            else _objects.TryRemove(path, out _);
            response.StatusCode = StatusCodes.Status204NoContent;
        }
        else
        {
            response.StatusCode = StatusCodes.Status501NotImplemented;
        }
    }

    private async Task AnswerBucketAsync(HttpContext context, string bucket)
    {
        if (!HttpMethods.IsGet(context.Request.Method)) return;
        if (context.Request.Query.ContainsKey("location"))
        {
            await S3Replies.LocationAsync(context.Response);
            return;
        }

        var prefix = context.Request.Query["prefix"].ToString();
        await S3Replies.ListAsync(context, bucket, _objects.Where(pair => pair.Key.StartsWith($"{bucket}/{prefix}", StringComparison.Ordinal))
            .Select(pair => (pair.Key[(bucket.Length + 1)..], pair.Value)), prefix);
    }

    private async Task SendAsync(HttpContext context, string path, ConnectionPace? pace)
    {
        var (request, response) = (context.Request, context.Response);
        if (request.Query["uploadId"] is [{ } listed])
        {
            await (_uploads.TryGetValue(listed, out var upload)
                ? S3Replies.PartsAsync(response, path, listed, upload.Parts)
                : S3Replies.MissingAsync(response, "NoSuchUpload"));
            return;
        }

        if (!_objects.TryGetValue(path, out var found) || (!found.HasBytes && HttpMethods.IsGet(request.Method)))
        {
            await S3Replies.MissingAsync(response, "NoSuchKey");
            return;
        }

        var (offset, length) = (0L, found.Length);
        if (request.GetTypedHeaders().Range?.Ranges.SingleOrDefault() is { } range)
        {
            offset = range.From ?? found.Length - range.To!.Value;
            length = Math.Min(range.From is null ? found.Length : range.To ?? found.Length, found.Length - 1) - offset + 1;
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {offset}-{offset + length - 1}/{found.Length}");
        }

        foreach (var (name, value) in found.Metadata) response.Headers[name] = value;
        response.Headers.ETag = found.ETag;
        response.Headers.AcceptRanges = "bytes";
        response.Headers.LastModified = found.Modified.ToString("R", CultureInfo.InvariantCulture);
        response.ContentType = "application/octet-stream";
        response.ContentLength = length;
        if (HttpMethods.IsHead(request.Method)) return;
        foreach (var piece in found.Range(offset, length))
        {
            for (var sent = 0; sent < piece.Length; sent += WriteSize)
            {
                var next = piece.Slice(sent, Math.Min(WriteSize, piece.Length - sent));
                if (pace is not null) await pace.MoveAsync(next.Length);
                await response.BodyWriter.WriteAsync(next, context.RequestAborted);
                _counters.AddSent(next.Length);
            }
        }
    }

    private async Task ReceiveAsync(HttpContext context, string path, ConnectionPace? pace)
    {
        var (request, response) = (context.Request, context.Response);
        var keep = path.StartsWith(Keep + "/", StringComparison.Ordinal);
        var framed = request.Headers.TryGetValue("x-amz-decoded-content-length", out var decoded);
        if (keep && (framed || request.ContentLength is null))
        {
            response.StatusCode = StatusCodes.Status501NotImplemented;
            return;
        }

        var bytes = keep ? new byte[request.ContentLength!.Value] : null;
        long length = 0;
        while (true)
        {
            var read = await request.BodyReader.ReadAsync(context.RequestAborted);
            var count = (int)read.Buffer.Length;
            if (bytes is not null) System.Buffers.BuffersExtensions.CopyTo(read.Buffer, bytes.AsSpan((int)length));
            length += count;
            _counters.AddReceived(count);
            request.BodyReader.AdvanceTo(read.Buffer.End);
            if (pace is not null) await pace.MoveAsync(count);
            if (read.IsCompleted) break;
        }

        if (pace is not null) await Task.Delay(ConnectionPace.FirstByte);
        if (framed) length = long.Parse(decoded.ToString(), CultureInfo.InvariantCulture);
        ReadOnlyMemory<byte>[] pieces = bytes is { Length: > 0 } ? [bytes] : [];
        if (request.Query["uploadId"] is [{ } id])
        {
            if (!_uploads.TryGetValue(id, out var upload))
            {
                await S3Replies.MissingAsync(response, "NoSuchUpload");
                return;
            }

            response.Headers.ETag = upload.Add(int.Parse(request.Query["partNumber"].ToString(), CultureInfo.InvariantCulture), pieces, length);
            return;
        }

        response.Headers.ETag = Store(path, new TargetObject(pieces, length, TargetUpload.NewETag(), MetadataOf(request), DateTimeOffset.UtcNow)).ETag;
    }

    private TargetObject Store(string path, TargetObject item) => _objects[path] = item;

    private static Dictionary<string, string> MetadataOf(HttpRequest request) => request.Headers
        .Where(header => header.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase))
        .ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString());

    private static ConnectionPace PaceOf(HttpContext context)
    {
        var items = context.Features.Get<IConnectionItemsFeature>()!.Items;
        if (items.TryGetValue(nameof(ConnectionPace), out var known)) return (ConnectionPace)known!;
        var pace = new ConnectionPace();
        items[nameof(ConnectionPace)] = pace;
        return pace;
    }

    /// <summary>What the benchmark asks for beside the protocol: empty a bucket, read and clear the counters, repeat an object.</summary>
    private async Task ControlAsync(HttpContext context, string command)
    {
        var query = context.Request.Query;
        switch (command)
        {
            case "clear":
                foreach (var path in _objects.Keys.Where(path => path.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal)))
                    _objects.TryRemove(path, out _);
                _uploads.Clear();
                // What was kept in large arrays goes back before the next thing is measured.
                GC.Collect();
                break;
            case "counters":
                await context.Response.WriteAsJsonAsync(_counters.Take());
                break;
            case "repeat":
                // One kept object becomes the period of a long one: bytes without memory.
                var period = _objects[query["from"].ToString()];
                var times = int.Parse(query["times"].ToString(), CultureInfo.InvariantCulture);
                var tail = Convert.FromHexString(query["tail"].ToString());
                List<ReadOnlyMemory<byte>> pieces = [.. Enumerable.Range(0, times).SelectMany(_ => period.Pieces), tail];
                Store(query["to"].ToString(), new TargetObject(pieces, period.Length * times + tail.Length, TargetUpload.NewETag(), period.Metadata, DateTimeOffset.UtcNow));
                break;
            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}
