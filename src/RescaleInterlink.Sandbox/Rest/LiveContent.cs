using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace RescaleInterlink.Sandbox.Rest;

/// <summary>Answers with what a file holds that a running command may still write to. The caller's file is closed here.</summary>
/// <remarks>After "Tail File Content" of the platform's public API documentation. Ranges are not in it; a sandbox takes a single one.</remarks>
internal static class LiveContent
{
    private const int Piece = 64 << 10;

    /// <summary><c>{"fileType": "...", "lines": ["..."]}</c>: the last lines without their ends.</summary>
    /// <exception cref="ApiException">400: no number of lines.</exception>
    public static ApiAnswer LastLines(FileStream file, string count)
    {
        using (file)
        {
            if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int most))
                throw ApiException.Field("lines", "A valid integer is required.");
            var last = new Queue<string>();
            using var reader = new StreamReader(file, Encoding.UTF8);
            while (reader.ReadLine() is { } line)
            {
                last.Enqueue(line);
                if (last.Count > most)
                    last.Dequeue();
            }

            return ApiAnswer.Ok(new JsonObject { ["fileType"] = $"{Path.GetFileName(file.Name)}: UTF-8 Unicode text", ["lines"] = new JsonArray([.. last]) });
        }
    }

    /// <summary>As many bytes as there are now, whatever is written meanwhile.</summary>
    public static ApiAnswer Bytes(FileStream file) => new(200, null) { Write = http => WriteAsync(http, file) };

    private static async Task WriteAsync(HttpContext http, FileStream file)
    {
        await using (file)
        {
            long length = file.Length;
            var (from, to) = (0L, length - 1);
            if (http.Request.GetTypedHeaders().Range is { Unit.Value: "bytes", Ranges.Count: 1 } asked)
            {
                var range = asked.Ranges.Single();
                (from, to) = range.From is { } first ? (first, Math.Min(range.To ?? to, to)) : (Math.Max(0, length - range.To!.Value), to);
                http.Response.StatusCode = from > to ? StatusCodes.Status416RangeNotSatisfiable : StatusCodes.Status206PartialContent;
                http.Response.GetTypedHeaders().ContentRange = from > to ? new ContentRangeHeaderValue(length) : new ContentRangeHeaderValue(from, to, length);
            }

            http.Response.ContentType = "application/octet-stream";
            http.Response.ContentLength = Math.Max(0, to - from + 1);
            file.Position = Math.Min(from, length);
            byte[] buffer = new byte[Piece];
            for (long left = to - from + 1; left > 0;)
            {
                int read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), http.RequestAborted);
                // It was cut meanwhile: the answer ends short of its length, as it would from any server.
                if (read == 0)
                    return;
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), http.RequestAborted);
                left -= read;
            }
        }
    }
}
