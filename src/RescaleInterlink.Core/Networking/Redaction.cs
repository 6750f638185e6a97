using System.Buffers;
using System.Text.RegularExpressions;

namespace RescaleInterlink.Networking;

/// <summary>Takes secrets out of text that will be shown, logged or put in an exception.</summary>
/// <remarks>
/// It is a backstop, and errs towards hiding: hex runs of 20 and more (keys, hashes), base64 of 32 bytes, AWS keys,
/// JWTs, private keys, cookies, query strings of URLs and the values of names that promise a secret. E-mail addresses stay readable.
/// </remarks>
public static partial class Redaction
{
    public const string Mask = "***";

    private static readonly SearchValues<char> SchemeLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");

    public static string Redact(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        text = HexRun().Replace(RedactMarked(text), Mask);
        return Base64Run().Replace(text, static match => LooksRandom(match.Value) ? Mask : match.Value);
    }

    /// <summary>Only what is said to be a secret, or cannot be anything else: for words of our own, in which a long run of hex digits
    /// is the name of a file.</summary>
    public static string RedactMarked(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        text = PrivateKey().Replace(text, Mask);
        text = SecretHeader().Replace(text, "$1" + Mask);
        text = NamedSecret().Replace(text, "$1" + Mask);
        text = Scheme().Replace(text, "$1 " + Mask);
        text = UserInfo().Replace(text, "$1" + Mask + "@");
        text = ProxySignOn().Replace(text, Mask);
        text = Query().Replace(text, "$1?" + Mask);
        text = Jwt().Replace(text, Mask);
        return AwsAccessKey().Replace(text, Mask);
    }

    /// <summary>Of a text that is meant as an address, with or without a scheme, however wrong it is: all before the last <c>@</c>
    /// may be a user and password.</summary>
    public static string RedactAddress(string? text)
    {
        var at = text?.LastIndexOf('@') ?? -1;
        if (at < 0)
            return Redact(text);
        var scheme = text!.IndexOf("://", StringComparison.Ordinal);
        var start = scheme >= 0 && scheme < at && text.AsSpan(0, scheme).IndexOfAnyExcept(SchemeLetters) < 0 ? scheme + 3 : 0;
        return Redact(string.Concat(text.AsSpan(0, start), Mask, text.AsSpan(at)));
    }

    /// <summary>As <see cref="Redact(string?)"/>, and also every occurrence of a secret that is known exactly.</summary>
    public static string Redact(string? text, string secret)
        => string.IsNullOrEmpty(text) || secret.Length == 0 ? Redact(text) : Redact(text.Replace(secret, Mask, StringComparison.Ordinal));

    /// <summary>
    /// Keys, tokens and their base64 forms, told from a path of plain words: 40 characters are an AWS secret key and
    /// 43 or 44 the base64 of 32 bytes; a longer run is a token unless it has as many separators as a path has.
    /// </summary>
    private static bool LooksRandom(string run)
    {
        var length = run.TrimEnd('=').Length;
        if (length is 40 or 43 || run.EndsWith('='))
            return true;
        return run.AsSpan().Count('/') <= length / 12 && run.AsSpan().ContainsAnyInRange('0', '9') && run.AsSpan().ContainsAnyInRange('A', 'Z');
    }

    // Repetitions that may begin anywhere are bounded: a hostile error page must not cost minutes.

    // A text that was cut has no end.
    [GeneratedRegex(@"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\z)", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex PrivateKey();

    // The whole rest of the line, whatever the scheme.
    [GeneratedRegex(@"(\b(?:(?:Proxy-)?Authorization|(?:Set-)?Cookie)\\?[""']?\s*[:=]\s*\\?[""']?)[^\r\n""']+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex SecretHeader();

    // Quoted, the value goes to the closing quote, with blanks and all; where a text was cut there is none.
    [GeneratedRegex(
        @"((?:\b(?:sig|signature|x-amz-[a-z-]{0,40}(?:token|signature|credential|key)|x-ms-encryption-key|sas_?token|session_?token|(?:access|refresh|id)_?token|aws_session_token|client_?secret|secret(?:_?access)?_?key|aws_secret_access_key|access_?key(?:_?id)?|aws_access_key_id|api[_-]?key|account_?key|private_?key|sharedaccesssignature|(?:encoded)?_?encryption_?key|(?:proxy_?)?(?:password|passwd|pwd)|passphrase|rescale_api_key)|(?<=[""'])token(?=\\?[""']))\\?[""']?\s*[:=]\s*)(?:""(?:[^""\\\r\n]|\\.){0,20000}""|'[^'\r\n]{0,20000}'|\\?[""']?[^\s""'&,;<>]+)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NamedSecret();

    // "Invalid token provided" must stay readable, so a value has at least 16 characters.
    [GeneratedRegex(@"\b(Bearer|Token|Basic|Negotiate|NTLM)\s+[A-Za-z0-9._~+/=-]{16,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    // A password may hold "/", "?" or "#" as it is, and then what stands behind the first colon is no port.
    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]{0,20}://)(?:[^\s/?#:@\[""'<>]{1,200}:(?!\d{1,5}(?:[/?#]|$))[^\s""'<>]{1,2000}|[^\s/?#]{1,2000})@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserInfo();

    // user:password@host:port without a scheme, as proxies are written.
    [GeneratedRegex(@"(?<![^\s""'=(<>,;])[^\s:@/""'=<>(]{1,200}:(?!//)[^\s""'<>]{1,200}(?=@[A-Za-z0-9.-]{1,253}:\d{1,5}(?!\d))", RegexOptions.CultureInvariant)]
    private static partial Regex ProxySignOn();

    [GeneratedRegex(@"(\bhttps?://[^\s?""'<>]{0,2000})\?[^\s""'<>]*", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])ey[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", RegexOptions.CultureInvariant)]
    private static partial Regex Jwt();

    [GeneratedRegex(@"\bA[SK]IA[A-Z0-9]{12,}\b", RegexOptions.CultureInvariant)]
    private static partial Regex AwsAccessKey();

    [GeneratedRegex(@"[0-9A-Fa-f]{20,}", RegexOptions.CultureInvariant)]
    private static partial Regex HexRun();

    [GeneratedRegex(@"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{40,}={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Base64Run();
}
