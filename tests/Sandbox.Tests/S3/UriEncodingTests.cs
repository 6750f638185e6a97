using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Sandbox.S3;

namespace RescaleInterlink.Sandbox.Tests.S3;

public sealed class UriEncodingTests
{
    // AWS's rule is RFC 3986's, which .NET's own encoder follows.
    [Fact]
    public void Encoding_is_that_of_rfc_3986_and_decoding_its_reverse() => Check.One(Config.QuickThrowOnFailure, Prop.ForAll(Texts(), text =>
    {
        Assert.Equal(Uri.EscapeDataString(text), UriEncoding.Encode(text));
        Assert.Equal(text, UriEncoding.Decode(UriEncoding.Encode(text)));
        Assert.Equal(string.Join('/', text.Split('/').Select(Uri.EscapeDataString)), UriEncoding.EncodePath(text));
    }));

    [Theory]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%41", "%zzA")]
    [InlineData("%2fa%2F", "/a/")]
    [InlineData("a+b", "a+b")]
    public void What_is_no_escape_stays(string text, string expected) => Assert.Equal(expected, UriEncoding.Decode(text));

    // However the pairs are ordered and escaped on the wire, the canonical query is the same sorted one.
    [Fact]
    public void The_canonical_query_does_not_depend_on_order_or_escapes() => Check.One(
        Config.QuickThrowOnFailure,
        Prop.ForAll(Gen.ListOf(Texts().Generator.Zip(Texts().Generator)).ToArbitrary(), ArbMap.Default.ArbFor<int>(), (pairs, seed) =>
        {
            var named = pairs.Where(pair => pair.Item1.Length > 0).ToList();
            var expected = string.Join('&', named.Select(pair => (Name: Uri.EscapeDataString(pair.Item1), Value: Uri.EscapeDataString(pair.Item2)))
                .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value}"));
            var shuffled = named.ToArray();
            new Random(seed).Shuffle(shuffled);
            var wire = string.Join('&', shuffled.Select(pair => $"{EscapeAll(pair.Item1)}={EscapeAll(pair.Item2)}"));
            Assert.Equal(expected, S3Query.Parse(wire).Canonical());
        }));

    [Theory]
    [InlineData("uploads", "uploads=")]
    [InlineData("prefix=a%20b&list-type=2", "list-type=2&prefix=a%20b")]
    [InlineData("prefix=a+b", "prefix=a%20b")]
    [InlineData("b=2&a=1&B=3&a=0", "B=3&a=0&a=1&b=2")]
    [InlineData("", "")]
    public void A_query_becomes_its_canonical_form(string query, string expected) => Assert.Equal(expected, S3Query.Parse(query).Canonical());

    // The example of AWS's documentation, "Signature Calculations: Transferring Payload in a Single Chunk" (GET Object).
    [Fact]
    public void The_signature_of_the_documentation_comes_out()
    {
        var key = SignatureV4.SigningKey("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1");
        var toSign = "AWS4-HMAC-SHA256\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n7344ae5b7ee6c3e7e6b0fe0640412a37625d1fbfff95c48bbb2dc43964946972";
        Assert.Equal("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", SignatureV4.Sign(key, toSign));
    }

    private static Arbitrary<string> Texts() => Gen.ListOf(Gen.OneOf(
            Gen.Elements("%", "+", "/", "&", "=", " ", "?", "#", "~", "é", "漢", "😀", "\uFFFD", "\u0001"),
            Gen.Choose(32, 126).Select(unit => ((char)unit).ToString())))
        .Select(string.Concat).ToArbitrary();

    private static string EscapeAll(string text) => string.Concat(Encoding.UTF8.GetBytes(text).Select(one => $"%{one:x2}"));
}
