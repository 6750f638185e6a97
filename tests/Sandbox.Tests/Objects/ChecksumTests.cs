using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Tests.Objects;

public sealed class ChecksumTests
{
    // The check values of the CRC catalogue (of "123456789"), and of the hashes' own specifications (of "abc").
    [Theory]
    [InlineData(DigestAlgorithms.Crc32, "123456789", "cbf43926")]
    [InlineData(DigestAlgorithms.Crc32C, "123456789", "e3069283")]
    [InlineData(DigestAlgorithms.Crc64Nvme, "123456789", "ae8b14860a799888")]
    [InlineData(DigestAlgorithms.Crc32, "", "00000000")]
    [InlineData(DigestAlgorithms.Crc32C, "", "00000000")]
    [InlineData(DigestAlgorithms.Crc64Nvme, "", "0000000000000000")]
    [InlineData(DigestAlgorithms.Md5, "abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData(DigestAlgorithms.Sha1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d")]
    [InlineData(DigestAlgorithms.Sha256, "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void The_published_values_come_out(DigestAlgorithms algorithm, string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(ContentDigests.Compute(algorithm, System.Text.Encoding.ASCII.GetBytes(text))));

    // RFC 3720 B.4, where the bytes of the CRC stand in the other order.
    [Theory]
    [InlineData(0x00, "8a9136aa")]
    [InlineData(0xFF, "62a8ab43")]
    public void Thirty_two_equal_bytes_have_the_crc32c_of_iscsi(byte value, string expected) =>
        Assert.Equal(expected, Convert.ToHexStringLower(ContentDigests.Compute(DigestAlgorithms.Crc32C, Enumerable.Repeat(value, 32).ToArray())));

    [Fact]
    public void However_the_bytes_are_cut_the_digests_stay() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll<byte[], byte[], byte[]>((a, b, c) =>
        {
            using var cut = new ContentDigests((DigestAlgorithms)63);
            foreach (var piece in new[] { a, b, c }) cut.Append(piece);
            cut.Finish();
            return Enum.GetValues<DigestAlgorithms>().Where(one => one != DigestAlgorithms.None)
                .All(one => cut.Result(one).SequenceEqual(ContentDigests.Compute(one, [.. a, .. b, .. c])));
        }));

    [Fact]
    public void The_crcs_of_two_contents_give_the_crc_of_both() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll<byte[], byte[]>((a, b) =>
            new[] { DigestAlgorithms.Crc32, DigestAlgorithms.Crc32C, DigestAlgorithms.Crc64Nvme }.All(one =>
                CrcCombination.Combine(one, ContentDigests.Compute(one, a), ContentDigests.Compute(one, b), b.Length)
                    .SequenceEqual(ContentDigests.Compute(one, [.. a, .. b])))));

    [Fact]
    public void The_crcs_of_two_long_contents_give_the_crc_of_both()
    {
        var bytes = new byte[3_000_017];
        new Random(1).NextBytes(bytes);
        foreach (var one in new[] { DigestAlgorithms.Crc32, DigestAlgorithms.Crc32C, DigestAlgorithms.Crc64Nvme })
            Assert.Equal(
                ContentDigests.Compute(one, bytes),
                CrcCombination.Combine(one, ContentDigests.Compute(one, bytes.AsSpan(0, 1234)), ContentDigests.Compute(one, bytes.AsSpan(1234)), bytes.Length - 1234));
    }

    [Fact]
    public void The_processors_folding_gives_what_the_tables_give() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Gen.Choose(0, 700).Zip(Gen.Choose(0, 300)).ToArbitrary(), ArbMap.Default.ArbFor<int>(), (lengths, seed) =>
        {
            var bytes = new byte[lengths.Item1 + lengths.Item2];
            new Random(seed).NextBytes(bytes);
            foreach (var make in new Func<ReflectedCrc>[] { ReflectedCrc.Crc32, ReflectedCrc.Crc64Nvme })
            {
                using var folded = make();
                using var plain = make();
                folded.Append(bytes.AsSpan(0, lengths.Item2));
                folded.Append(bytes.AsSpan(lengths.Item2));
                plain.AppendPortably(bytes);
                Assert.Equal(plain.Finish(), folded.Finish());
            }
        }));
}
