using Azure.Core;
using Azure.Core.Pipeline;

namespace RescaleInterlink.Storage.AzureBlob;

/// <summary>
/// Adds the SAS to a request where it leaves the SDK, so that no message, log or exception of the SDK can hold it, and keeps the
/// SDK from fetching a broken body again by itself.
/// </summary>
internal sealed class SasTransport(HttpPipelineTransport inner) : HttpPipelineTransport
{
    // Azure's errors have some hundred bytes; what is cut off is not one of them.
    private const int LongestError = 64 << 10;

    private const string Property = "RescaleInterlink.Sas";

    /// <summary>The requests of this asynchronous flow carry that SAS until the scope is disposed.</summary>
    public static IDisposable Use(SasCredentials sas) =>
        HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Property] = sas });

    public override Request CreateRequest() => inner.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("Requests are asynchronous.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var address = message.Request.Uri;
        var query = address.Query;
        if (message.TryGetProperty(Property, out var property) && property is SasCredentials sas)
            address.Query = string.IsNullOrEmpty(query) ? "?" + sas.Token : query + "&" + sas.Token;
        try
        {
            await inner.ProcessAsync(message);
        }
        finally
        {
            address.Query = query;
        }

        if (message.Response.ContentStream is not { } body) return;
        message.Response.ContentStream = message.Response.Status is >= 200 and < 300
            ? new UnrepeatedBody(body)
            : await ReadErrorAsync(body, message.CancellationToken);
    }

    /// <summary>The SDK reads the text of an error without waiting for it properly, and so could not be stopped.</summary>
    /// <returns>Null when there is none: the SDK would read an empty text as XML, and lose the status.</returns>
    private static async Task<MemoryStream?> ReadErrorAsync(Stream body, CancellationToken cancellationToken)
    {
        await using (body)
        {
            var text = new byte[LongestError];
            var length = await body.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellationToken);
            return length == 0 ? null : new MemoryStream(text, 0, length, writable: false);
        }
    }

    /// <summary>
    /// Reports a broken connection as an exception that the SDK does not know; an IOException it would answer with up to five
    /// requests of its own, below the owner of retries.
    /// </summary>
    private sealed class UnrepeatedBody(Stream body) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                return await body.ReadAsync(buffer, cancellationToken);
            }
            catch (IOException broken)
            {
                throw new BrokenBodyException(broken);
            }
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Requests are asynchronous.");

        protected override void Dispose(bool disposing)
        {
            if (disposing) body.Dispose();
            base.Dispose(disposing);
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }

    private sealed class BrokenBodyException(IOException cause) : Exception("The connection broke in the middle of an answer.", cause);
}
