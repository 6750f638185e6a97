using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Platform;
using RescaleInterlink.Platform.Wire;

namespace RescaleInterlink.Core.Tests.Platform.Hostile;

/// <summary>The parsers of what a server says, each with anything at all.</summary>
public class ParserPropertyTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(2000);

    /// <summary>Dates from 0002 to 9998, in whole milliseconds, with any offset there is.</summary>
    private static Gen<DateTimeOffset> Dates =>
        from day in Gen.Choose(366, 3_650_000)
        from millisecond in Gen.Choose(0, 86_399_999)
        from minutes in Gen.Choose(-14 * 60, 14 * 60)
        select new DateTimeOffset(DateTime.MinValue.AddDays(day).AddMilliseconds(millisecond), TimeSpan.FromMinutes(minutes));

    private static Gen<string> Text => Gen.OneOf(
        ArbMap.Default.GeneratorFor<string>().Select(static text => text ?? ""),
        Gen.ArrayOf(Gen.Elements("2024-", "05", "T", ":", "Z", "+", "-", "/api/", "//", "..", "?page=", "&", "http://", "evil.example", "@", "\\", "%2e", "\u202e", "\u001b[", "\0", "9999999999", "Mon, ", " GMT", "é", "\ud800"))
            .Select(string.Concat));

    [Fact]
    public void A_date_is_read_back_in_every_form_it_is_written_in()
        => Prop.ForAll(Dates.ToArbitrary(), static date =>
        {
            var utc = date.ToUniversalTime();
            var whole = new DateTimeOffset(utc.Ticks - (utc.Ticks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
            Reads(date, date.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            Reads(date, date.ToString("yyyy-MM-dd HH:mm:ss.fffzzz", CultureInfo.InvariantCulture));
            Reads(date, date.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture).Remove(26, 1));
            Reads(utc, utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'123456789Z'", CultureInfo.InvariantCulture), TimeSpan.FromMilliseconds(1));
            Reads(utc, utc.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture));
            Reads(whole, utc.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            Reads(whole, utc.ToString("r", CultureInfo.InvariantCulture));
            Reads(utc.Date, utc.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }).Check(Thorough);

    [Theory]
    [InlineData("2024-05-06T07:08:09.1234567890123Z", "2024-05-06T07:08:09.1234567Z")]
    [InlineData("2024-05-06T07:08Z", "2024-05-06T07:08:00Z")]
    [InlineData("2024-05-06t07:08:09z", "2024-05-06T07:08:09Z")]
    [InlineData("2024-05-06T07:08:09,5+0200", "2024-05-06T05:08:09.5Z")]
    [InlineData("2024-05-06T07:08:09 +02", "2024-05-06T05:08:09Z")]
    [InlineData("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z")]
    [InlineData("1700000000", "2023-11-14T22:13:20Z")]
    [InlineData("1700000000123", "2023-11-14T22:13:20.123Z")]
    [InlineData("12:30", null)]
    [InlineData("05/06/2024", null)]
    [InlineData("2024-13-01", null)]
    [InlineData("2023-02-29T00:00:00Z", null)]
    [InlineData("0001-01-01T00:00:00+14:00", null)]
    [InlineData("9999-12-31T23:59:59-14:00", null)]
    [InlineData("2024-05-06T25:00:00Z", null)]
    [InlineData("2024-05-06T07:08:09+15:00", null)]
    [InlineData("yesterday", null)]
    [InlineData("", null)]
    public void Dates_are_told_from_what_only_looks_like_one(string text, string? expected)
        => Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), PlatformDate.Parse(text));

    [Fact]
    public void No_text_and_no_number_makes_the_reader_of_dates_throw()
    {
        Prop.ForAll(Text.ToArbitrary(), static text => PlatformDate.Parse(text) is not { } date || date.Year is >= 1 and <= 9999).Check(Thorough);
        Prop.ForAll(ArbMap.Default.GeneratorFor<double>().ToArbitrary(), static number => PlatformDate.FromNumber(number) is null or { Year: >= 1 }).Check(Thorough);
    }

    [Fact]
    public void A_link_leads_to_the_api_of_the_platform_or_nowhere()
    {
        var platform = new Uri("https://platform.rescale.com/");
        Prop.ForAll(Text.ToArbitrary(), text =>
        {
            foreach (var next in new[] { text, "/api/" + text, "https://platform.rescale.com/api/v3/" + text, "//" + text })
            {
                if (PageLink.PathOf(next) is not { } path)
                    continue;
                var target = new Uri(platform, PageLink.WithPageSize(path, 1000));
                Assert.Equal((platform.Scheme, platform.Host, platform.Port, ""), (target.Scheme, target.Host, target.Port, target.UserInfo));
                Assert.StartsWith("/api/", target.AbsolutePath);
            }
        }).Check(Thorough);
        Assert.Null(PageLink.PathOf("/api/v3/jobs/?cursor=" + new string('c', 1 << 20)));
    }

    [Fact]
    public void An_identifier_stays_in_its_place()
    {
        var platform = new Uri("https://platform.rescale.com/");
        Prop.ForAll(Text.ToArbitrary(), id =>
        {
            var path = $"/api/v3/jobs/{Uri.EscapeDataString(id)}/submit/";
            if (PageLink.LeadsAstray(path))
                return id is "" or "." or "..";
            var target = new Uri(platform, path);
            return target.Host == platform.Host && target.Segments.Length == 6 && target.Segments[5] == "submit/";
        }).Check(Thorough);
    }

    [Fact]
    public void A_wait_is_positive_or_none_whatever_the_headers_say()
        => Prop.ForAll(Text.ToArbitrary(), Text.ToArbitrary(), static (retryAfter, date) =>
        {
            using var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests);
            response.Headers.TryAddWithoutValidation("Retry-After", retryAfter);
            response.Headers.TryAddWithoutValidation("Date", date);
            return RetryAfter.Read(response.Headers, TimeProvider.System) is null or { Ticks: > 0 };
        }).Check(Thorough);

    [Fact]
    public void An_errors_body_is_one_short_line_whatever_it_is()
    {
        var bodies = Gen.OneOf(
            Text.Select(Encoding.UTF8.GetBytes),
            Text.Select(static text => JsonSerializer.SerializeToUtf8Bytes(new { detail = text })),
            Text.Select(static text => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object> { [text] = new object[] { text, 1, new { text } } })),
            Gen.ArrayOf(Gen.Choose(0, 255).Select(static i => (byte)i)));
        var types = Gen.Elements(null, "application/json", "text/html", "text/plain");
        Prop.ForAll(bodies.ToArbitrary(), types.ToArbitrary(), static (body, type) =>
        {
            var line = ErrorBody.Describe(body, type, new ApiKey(Clients.Key));
            Assert.InRange(line.Length, 0, ErrorBody.ShownLength + 3);
            Assert.False(line.Any(ShownText.IsUnsafe), line);
            Assert.False(line.Any(char.IsLowSurrogate) && !line.Any(char.IsHighSurrogate), line);
        }).Check(Thorough);
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html><head><title>\n Access \u001b[31m denied </title>", null, "(an HTML page with the title 'Access \\u001b[31m denied'; a proxy or a sign-in page may have answered in the platform's place)")]
    [InlineData("<html>nothing", "text/plain", "(an HTML page; a proxy or a sign-in page may have answered in the platform's place)")]
    [InlineData("no page", "text/html", "(an HTML page; a proxy or a sign-in page may have answered in the platform's place)")]
    [InlineData("{\"detail\":\"a\\u0007\\u202eb\\n\\nc\"}", "application/json", "a\\u0007\\u202eb c")]
    [InlineData("{\"a\":{\"b\":[\"x\",\"y\"]}}", "application/json", "a.b: x; a.b: y")]
    public void An_errors_body_is_shown_as_what_it_is(string body, string? type, string expected)
        => Assert.Equal(expected, ErrorBody.Describe(Encoding.UTF8.GetBytes(body), type, new ApiKey(Clients.Key)));

    /// <summary>What a search that goes back and forth would need hours for. No time is asserted: it would not end.</summary>
    [Theory]
    [InlineData("a.")]
    [InlineData("eyAAAAAA.")]
    [InlineData("ey")]
    [InlineData("https://")]
    [InlineData("http://a@")]
    [InlineData("token:")]
    [InlineData("Authorization: ")]
    [InlineData("Bearer ")]
    [InlineData("\"sig\":")]
    [InlineData("x-amz-")]
    [InlineData("0123456789abcdef")]
    [InlineData("AbC1/")]
    [InlineData("AKIA")]
    [InlineData("<title")]
    [InlineData("<title>a")]
    [InlineData("\u001b")]
    [InlineData("-----BEGIN PRIVATE KEY-----")]
    public void A_megabyte_of_one_word_is_read_in_passing(string word)
    {
        var flood = string.Concat(Enumerable.Repeat(word, BoundedBody.ErrorLimit / word.Length));
        foreach (var type in new[] { "text/plain", "text/html" })
            Assert.InRange(ErrorBody.Describe(Encoding.UTF8.GetBytes(flood), type, new ApiKey(Clients.Key)).Length, 1, ErrorBody.ShownLength + 3);
    }

    [Fact]
    public void An_errors_body_shows_nothing_of_a_key_that_is_longer_than_what_is_shown()
    {
        var padding = new string('.', ErrorBody.ShownLength - 10);
        Assert.DoesNotContain(Clients.Key[..8], ErrorBody.Describe(Encoding.UTF8.GetBytes(padding + Clients.Key), "text/plain", new ApiKey(Clients.Key)));
    }

    [Fact]
    public void Values_of_any_type_are_read_or_are_null()
    {
        var values = Gen.OneOf(
            Text.Select(static text => JsonSerializer.Serialize(text)),
            ArbMap.Default.GeneratorFor<double>().Where(double.IsFinite).Select(static number => number.ToString("R", CultureInfo.InvariantCulture)),
            Gen.Elements("null", "true", "false", "{}", "[]", "[[1]]", "{\"a\":{\"b\":1}}", "1e999", "-1e999", "123456789012345678901234567890", "\"NaN\"", "\"Infinity\"", "\" 7 \"", "\"\\ud800\"", "0.1e-400"));
        Prop.ForAll(values.ToArbitrary(), static value =>
        {
            var file = JsonSerializer.Deserialize($$"""{"id":{{value}},"decryptedSize":{{value}},"isUploaded":{{value}},"dateUploaded":{{value}},"after":1,"name":"kept"}""", PlatformJson.Default.FileDto);
            var type = JsonSerializer.Deserialize($$"""{"cores":[{{value}},4],"price":{{value}},"isActive":{{value}},"name":"kept"}""", PlatformJson.Default.CoreTypeDto);
            var storage = JsonSerializer.Deserialize($$"""{"rateLimitScale":{{value}},"region":"kept"}""", PlatformJson.Default.ConnectionDto);
            return file?.Name == "kept" && type is { Name: "kept", Cores: [_, 4] } && storage?.Region == "kept" && storage.RateLimitScale is null or not double.NaN;
        }).Check(Thorough);
    }

    private static void Reads(DateTimeOffset expected, string text, TimeSpan tolerance = default)
    {
        var read = PlatformDate.Parse(text);
        Assert.True(read is not null && (read.Value - expected).Duration() <= tolerance, $"'{text}' was read as {read:o}.");
    }
}
