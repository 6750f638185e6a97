using System.Net;
using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Core.Tests.Networking;

public class NoProxyRulesTests
{
    [Theory]
    [InlineData("example.com", "example.com", 443, true)]
    [InlineData("example.com", "a.example.com", 443, true)]
    [InlineData("example.com", "badexample.com", 443, false)]
    [InlineData("EXAMPLE.com", "Example.COM", 443, true)]
    [InlineData("example.com", "example.com.", 443, true)]
    [InlineData(".example.com", "example.com", 443, false)]
    [InlineData(".example.com", "a.b.example.com", 443, true)]
    [InlineData("*.example.com", "a.example.com", 443, true)]
    [InlineData("*.example.com", "example.com", 443, false)]
    [InlineData("*", "anything", 1, true)]
    [InlineData("a.test, *", "10.1.2.3", 1, true)]
    [InlineData("example.com:8443", "example.com", 8443, true)]
    [InlineData("example.com:8443", "example.com", 443, false)]
    [InlineData("example.com:", "example.com", 443, true)]
    [InlineData("example.com:https", "example.com", 443, false)]
    [InlineData(".example.com:80", "a.example.com", 80, true)]
    [InlineData("10.1.2.3", "10.1.2.3", 443, true)]
    [InlineData("10.1.2.3", "10.1.2.33", 443, false)]
    [InlineData("10.1.2.3:80", "10.1.2.3", 443, false)]
    [InlineData("10.1.2.3:80", "10.1.2.3", 80, true)]
    [InlineData("10.0.0.0/8", "10.255.0.1", 443, true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", 443, false)]
    [InlineData("10.9.9.9/8", "10.1.1.1", 443, true)]
    [InlineData("0.0.0.0/0", "192.0.2.1", 443, true)]
    [InlineData("0.0.0.0/0", "host.test", 443, false)]
    [InlineData("0.0.0.0/0", "2001:db8::1", 443, false)]
    [InlineData("192.0.2.128/25", "192.0.2.127", 443, false)]
    [InlineData("10.0.0.0/33", "10.0.0.1", 443, false)]
    [InlineData("2001:db8::/32", "2001:db8:1::2", 443, true)]
    [InlineData("2001:db8::/32", "[2001:db8:1::2]", 443, true)]
    [InlineData("2001:db8::/32", "2001:db9::1", 443, false)]
    [InlineData("[2001:db8::1]:8080", "2001:db8::1", 8080, true)]
    [InlineData("[2001:db8::1]", "2001:db8:0::1", 1, true)]
    [InlineData("2001:db8::1", "2001:db8::1", 1, true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", 1, true)]
    [InlineData("10.1", "10.1", 1, true)]
    [InlineData("10.1", "a.10.1", 1, true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", 443, true)]
    [InlineData("a.test b.test", "a.test", 443, false)]
    [InlineData("", "example.com", 443, false)]
    [InlineData(" , ,", "example.com", 443, false)]
    [InlineData(null, "example.com", 443, false)]
    [InlineData(":80", "example.com", 80, false)]
    [InlineData(".", "example.com", 80, false)]
    [InlineData("[]", "example.com", 80, false)]
    public void A_host_is_matched_as_Go_does_it(string? rules, string host, int port, bool expected)
        => Assert.Equal(expected, NoProxyRules.Parse(rules).Match(host, port));

    [Fact]
    public void A_block_has_the_addresses_that_begin_with_its_bits()
    {
        foreach (var length in new[] { 4, 16 })
        {
            var cases =
                from network in Gen.ArrayOf(Gen.Choose(0, 255).Select(static b => (byte)b), length)
                from bits in Gen.Choose(0, length * 8)
                from kept in Gen.Choose(0, length * 8)
                from other in Gen.ArrayOf(Gen.Choose(0, 255).Select(static b => (byte)b), length)
                select (network, bits, address: Mixed(network, other, kept));
            Prop.ForAll(cases.ToArbitrary(), static c =>
            {
                var (network, address) = (new IPAddress(c.network), new IPAddress(c.address));
                // ::ffff:0:0/96 is another way to write IPv4.
                if (network.IsIPv4MappedToIPv6 || address.IsIPv4MappedToIPv6)
                    return true;
                var unused = c.network.Length * 8 - c.bits;
                var expected = Number(c.network) >> unused == Number(c.address) >> unused;
                return NoProxyRules.Parse($"{network}/{c.bits}").Match(address.ToString(), 443) == expected;
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
        }
    }

    [Fact]
    public void A_name_covers_what_is_beneath_it_whatever_the_letter_case_and_the_other_rules()
    {
        var label = from first in Gen.Elements("abcxyz".ToCharArray()) from rest in Gen.ArrayOf(Gen.Elements("abc0-9z".Where(char.IsLetterOrDigit).ToArray())) select first + new string(rest);
        var cases = from labels in Gen.NonEmptyListOf(label) from above in label from noise in Gen.ArrayOf(label) select (name: string.Join('.', labels) + ".test", above, noise);
        Prop.ForAll(cases.ToArbitrary(), static c =>
        {
            var noise = string.Join(" , ", c.noise.Select(static n => n + ".other"));
            var (plain, dotted) = (NoProxyRules.Parse($"{noise},{c.name.ToUpperInvariant()}"), NoProxyRules.Parse($".{c.name},{noise}"));
            return plain.Match(c.name, 443) && plain.Match($"{c.above}.{c.name}", 443) && !plain.Match(c.above + c.name, 443)
                && !dotted.Match(c.name, 443) && dotted.Match($"{c.above}.{c.name}", 443);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Fact]
    public void Any_text_is_a_list_of_rules_and_any_text_a_host()
    {
        var text = Gen.ArrayOf(Gen.Elements("a.1:/[]*, \t%ü\0-9fé".ToCharArray())).Select(static c => new string(c));
        Prop.ForAll((from rules in text from host in text select (rules, host)).ToArbitrary(), static c =>
        {
            var matched = NoProxyRules.Parse(c.rules).Match(c.host, 443);
            return c.rules.Split(',').All(static rule => rule.Trim() != "*") || matched;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    private static byte[] Mixed(byte[] network, byte[] other, int kept)
        => [.. network.Select((b, i) => Enumerable.Range(0, 8).Aggregate(0, (sum, bit) => sum | ((i * 8 + bit < kept ? b : other[i]) & (0x80 >> bit)))).Select(static b => (byte)b)];

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);
}
