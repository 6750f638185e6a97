using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Sandbox.S3;

namespace RescaleInterlink.Sandbox.Tests.S3;

public sealed class AwsChunkedStreamTests
{
    private static readonly byte[] Key = SignatureV4.SigningKey("secret", "20260101", "us-east-1");
    private static readonly SigningContext Signing = new(Key, "20260101T000000Z", "20260101/us-east-1/s3/aws4_request", new string('a', 64), "");

    // Chunks of any lengths, the framed bytes arriving in any pieces, read with buffers of any size.
    [Fact]
    public void Framing_and_reading_give_the_content_back() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
        Arb.Array(Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<byte>()).Select(bytes => bytes.ToArray()).ToArbitrary()),
        Gen.Choose(0, 3).ToArbitrary(),
        Gen.Choose(1, 40).Zip(Gen.Choose(1, 40)).ToArbitrary(),
        (chunks, mode, sizes) =>
        {
            var content = chunks.SelectMany(chunk => chunk).ToArray();
            var framed = Frame(chunks, isSigned: (mode & 1) != 0, hasTrailer: (mode & 2) != 0);
            var (stream, read) = ReadAsync(framed, content.Length, (mode & 1) != 0, (mode & 2) != 0, sizes.Item1, sizes.Item2).GetAwaiter().GetResult();
            Assert.Equal(content, read);
            if ((mode & 2) != 0) Assert.Equal("AAAAAA==", stream.Trailers["x-amz-checksum-crc32"]);
        }));

    // Whatever single byte of a signed body is changed, or wherever it is cut, the content is never taken for good.
    [Fact]
    public void No_changed_byte_and_no_cut_goes_unnoticed() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
        Arb.Array(Gen.NonEmptyListOf(ArbMap.Default.GeneratorFor<byte>()).Select(bytes => bytes.ToArray()).ToArbitrary()),
        Gen.Choose(0, int.MaxValue - 1).Zip(Gen.Choose(1, 255)).ToArbitrary(),
        (chunks, change) =>
        {
            var content = chunks.SelectMany(chunk => chunk).ToArray();
            var framed = Frame(chunks, isSigned: true, hasTrailer: false);
            var at = change.Item1 % framed.Length;
            Assert.ThrowsAny<S3Exception>(() => ReadAsync(framed[..at], content.Length, true, false, 7, 11).GetAwaiter().GetResult());

            var changed = (byte[])framed.Clone();
            changed[at] ^= (byte)change.Item2;
            byte[]? read = null;
            try
            {
                read = ReadAsync(changed, content.Length, true, false, 7, 11).GetAwaiter().GetResult().Content;
            }
            catch (S3Exception)
            {
                // The expected end. A change of a digit's case, or in what stands behind the end, is harmless.
            }

            Assert.True(read is null || read.SequenceEqual(content));
        }));

    [Fact]
    public async Task An_endless_line_is_refused()
    {
        var refused = await Assert.ThrowsAsync<S3Exception>(() => ReadAsync(new byte[100_000], 10, false, false, 1000, 10));
        Assert.Equal("IncompleteBody", refused.Code);
    }

    [Fact]
    public async Task A_length_beyond_all_numbers_is_refused()
    {
        var refused = await Assert.ThrowsAsync<S3Exception>(() => ReadAsync("ffffffffffffffff\r\n"u8.ToArray(), 10, false, false, 1000, 10));
        Assert.Equal("IncompleteBody", refused.Code);
    }

    private static byte[] Frame(byte[][] chunks, bool isSigned, bool hasTrailer)
    {
        var signer = new ChunkSigner(Key, Signing.Timestamp, Signing.Scope, Signing.Signature);
        var framed = new List<byte>();
        foreach (var chunk in chunks.Append([]))
        {
            if (isSigned) framed.AddRange(signer.Chunk(chunk));
            else framed.AddRange([.. Encoding.ASCII.GetBytes(chunk.Length.ToString("X", CultureInfo.InvariantCulture)), .. "\r\n"u8, .. chunk, .. chunk.Length > 0 ? "\r\n"u8 : []]);
        }

        if (!hasTrailer) framed.AddRange("\r\n"u8);
        else framed.AddRange(isSigned ? signer.Trailer("x-amz-checksum-crc32", "AAAAAA==") : "x-amz-checksum-crc32:AAAAAA==\r\n\r\n"u8);
        return [.. framed];
    }

    private static async Task<(AwsChunkedStream Stream, byte[] Content)> ReadAsync(
        byte[] framed, long length, bool isSigned, bool hasTrailer, int pieceLength, int bufferLength)
    {
        using var stream = new AwsChunkedStream(new PiecewiseStream(framed, pieceLength), length, isSigned ? Signing : null, hasTrailer);
        var content = new List<byte>();
        var buffer = new byte[bufferLength];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0) content.AddRange(buffer.AsSpan(0, count));
        return (stream, [.. content]);
    }

    /// <summary>Gives bytes in pieces of varying lengths, as they would come from a network.</summary>
    private sealed class PiecewiseStream(byte[] bytes, int longest) : MemoryStream(bytes)
    {
        private readonly Random _lengths = new(longest);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, _lengths.Next(1, longest + 1))], cancellationToken);
    }
}
