using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Networking;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Networking;

public class RedactionTests
{
    private const string Base64Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly string[] OpenTemplates =
    [
        "{0}", "the key {0} was refused", "({0})", "'{0}'", "x={0}", "\"{0}\"", "a {0}, b", "[{0}]", "{0}.", "\t{0}\r\n", "key:{0};", "<Code>{0}</Code>",
    ];

    private static readonly string[] NamedTemplates =
    [
        "Authorization: Token {0}", "authorization: Bearer {0}\r\nHost: x", "{{\"apiKey\": \"{0}\"}}", "{{\"secretKey\":\"{0}\",\"a\":1}}", "{{\"sessionToken\":\"{0}\"}}",
        "{{\"sasToken\":\"sv=2021&sig={0}\"}}", "{{\"encodedEncryptionKey\": \"{0}\"}}", "RESCALE_API_KEY={0}", "AWS_SECRET_ACCESS_KEY={0}", "aws_session_token = {0}",
        "X-Amz-Security-Token: {0}", "https://h/p?X-Amz-Security-Token={0}&a=b", "https://a.blob.core.windows.net/c/b?sv=1&sig={0}", "sv=2021&se=x&sig={0}&sp=r",
        "AccountKey={0};EndpointSuffix=x", "https://user:{0}@host/x", "Proxy-Authorization: Basic {0}", "password={0}",
        "{{\\\"apiKey\\\":\\\"{0}\\\"}}", "\"password\": \"two words {0}\"", "'client_secret': 'a {0}'", "proxyPassword = \"{0}", "{{\"token\":\"{0}\"}}", "Cookie: sessionid={0}; path=/",
        "Set-Cookie: csrftoken={0}", "http://user:p@{0}@proxy:3128/", "x-ms-encryption-key: {0}", "-----BEGIN PRIVATE KEY-----\n{0}\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\n{0}",
    ];

    [Fact]
    public void No_secret_survives_any_sentence_it_can_be_told_by()
    {
        var hex = Text("0123456789abcdef", 20, 128);
        var upperHex = Text("0123456789ABCDEF", 40, 40);
        var awsSecret = Text(Base64, 40, 40);
        var key32 = Gen.ArrayOf(Gen.Choose(0, 255), 32).Select(static b => Convert.ToBase64String([.. b.Select(static i => (byte)i)]));
        var jwt = from a in Text(Base64Url, 10, 40)
                  from b in Text(Base64Url, 10, 200)
                  from c in Text(Base64Url, 10, 60)
                  select $"eyJ{a}.{b}.{c}";
        var accessKey = Text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16, 16).Select(static t => "ASIA" + t);
        Check(Gen.OneOf(hex, upperHex, awsSecret, key32, jwt, accessKey), [.. OpenTemplates, .. NamedTemplates]);
    }

    [Fact]
    public void A_name_that_promises_a_secret_hides_any_value()
        => Check(Gen.OneOf(Text(Base64Url, 16, 100), Text(Base64, 200, 600).Select(static t => t.Replace('/', 'x'))), NamedTemplates);

    [Theory]
    [InlineData("{\"detail\":\"Invalid token.\"}")]
    [InlineData("Invalid token provided by a.b@example.com")]
    [InlineData("Cannot write /home/someone/projects/heat-study/results/run_0001/temperature.csv: disk full")]
    [InlineData("jobanalyses: hardware: coreType: this field is required")]
    [InlineData("http://127.0.0.1:40123 cannot be reached: the connection was refused (3 attempts).")]
    [InlineData("The file 'Übersicht [final] 2024-01-02.docx' (AbCdEf)")]
    [InlineData("GET https://platform.rescale.com:443/users/a.b@example.com")]
    [InlineData("user/user_sandbox/model.inp-AbCdEfGhIjKlMnOpQrStUv")]
    [InlineData("")]
    public void Ordinary_words_stay(string text) => Assert.Equal(text, Redaction.Redact(text));

    public static TheoryData<string, string, string> SignOns => new()
    {
        { "alice:Winter2026@10.1.2.3:3128", "***@10.1.2.3:3128", "Winter" },
        { "CORP\\alice:W!nter2026@proxy.corp.com:3128", "***@proxy.corp.com:3128", "nter2026" },
        { "http://alice:p#ss/w@10.1.2.3:3128", "http://***@10.1.2.3:3128", "ss/w" },
        { "https://alice:a@b?c@proxy:3128/", "https://***@proxy:3128/", "b?c" },
        { "alice:http://x@proxy:3128", "***@proxy:3128", "http" },
    };

    [Theory]
    [MemberData(nameof(SignOns))]
    public void A_sign_on_at_a_proxy_is_hidden_however_it_is_written(string text, string expected, string secret)
    {
        Assert.Equal(expected, Redaction.RedactAddress(text));
        foreach (var sentence in new[] { "{0}", "HTTPS_PROXY={0}", "the proxy {0} is down", "\"{0}\"", "({0})" })
            Assert.DoesNotContain(secret, Redaction.Redact(string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence, text)));
    }

    /// <summary>A host without a port is no proxy's in a sentence, but where an address stands it is.</summary>
    [Theory]
    [InlineData("alice:Winter2026@proxy", "***@proxy")]
    [InlineData("http://proxy.corp.com:3128", "http://proxy.corp.com:3128")]
    [InlineData("localhost,.corp.com,10.0.0.0/8", "localhost,.corp.com,10.0.0.0/8")]
    [InlineData(null, "")]
    public void All_before_the_last_at_of_an_address_is_hidden(string? text, string expected) => Assert.Equal(expected, Redaction.RedactAddress(text));

    [Fact]
    public void A_url_keeps_host_and_path()
        => Assert.Equal("GET https://h.example/c/b?*** failed", Redaction.Redact("GET https://h.example/c/b?sv=1&sig=abc%2Bdef failed"));

    /// <summary>Words of our own name files as they are called, and still tell no secret.</summary>
    [Fact]
    public void A_name_of_hex_digits_stays_in_words_of_our_own()
    {
        const string Text = "'/data/0123456789abcdef0123456789abcdef.bin' cannot be written.";
        Assert.Equal(Text, Redaction.RedactMarked(Text));
        Assert.Equal("refused: api_key=***", Redaction.RedactMarked("refused: api_key=0123456789abcdef0123456789abcdef"));
        Assert.Equal("", Redaction.RedactMarked(null));
    }

    [Fact]
    public void A_known_secret_is_hidden_however_short_it_is()
        => Assert.Equal("no such key: ***", Redaction.Redact("no such key: hunter2", "hunter2"));

    [Fact]
    public void Null_is_empty() => Assert.Equal("", Redaction.Redact(null));

    [Fact]
    public async Task A_megabyte_of_anything_is_redacted_in_reasonable_time()
    {
        foreach (var filler in new[] { "a", "ey", "https://", "?", "=", "sig", "0", "/", "Token ", "\"", "x.", "A/", "-----BEGIN PRIVATE KEY-----", "password=\"", "a://b@", "\\\"", "a:b@", "a:", "=a:b@c", "a://b:c" })
        {
            var text = string.Concat(Enumerable.Repeat(filler, (1 << 20) / filler.Length));
            // A pattern that backtracks would take hours.
            await Task.Run(() => Redaction.Redact(text)).WaitAsync(TestPatience.Long);
        }
    }

    private static Gen<string> Text(string alphabet, int least, int most)
        => from length in Gen.Choose(least, most)
           from characters in Gen.ArrayOf(Gen.Elements(alphabet.ToCharArray()), length)
           select new string(characters);

    private static void Check(Gen<string> secrets, string[] templates)
    {
        var cases = from secret in secrets from template in Gen.Elements(templates) select (secret, template);
        Prop.ForAll(cases.ToArbitrary(), static c =>
        {
            var shown = Redaction.Redact(string.Format(System.Globalization.CultureInfo.InvariantCulture, c.template, c.secret));
            return !shown.Contains(c.secret, StringComparison.Ordinal) && !Pieces(c.secret).Any(p => shown.Contains(p, StringComparison.Ordinal));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    /// <summary>A part of 12 characters gives away too much as well.</summary>
    private static IEnumerable<string> Pieces(string secret) => Enumerable.Range(0, secret.Length - 11).Select(i => secret.Substring(i, 12));
}
