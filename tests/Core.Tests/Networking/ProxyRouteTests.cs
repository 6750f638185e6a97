using System.Net;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;

namespace RescaleInterlink.Core.Tests.Networking;

/// <summary>Which proxy a request takes, by settings and environment.</summary>
public class ProxyRouteTests
{
    private static readonly FipsMode Off = new(false, "test");
    private static readonly NetworkCredential User = new("user", "p:w d", "CORP");

    [Fact]
    public void Without_settings_or_with_None_the_environment_says_nothing()
    {
        Assert.Null(ProxyRoute.From(null, Of(("HTTPS_PROXY", "http://p:1")), () => Off));
        Assert.Null(ProxyRoute.From(new ProxySettings(ProxyMode.None, "p", 1), Of(("HTTPS_PROXY", "http://p:1")), () => Off));
    }

    [Theory]
    [InlineData("HTTPS_PROXY", "http://proxy.test:3128", "https://platform.rescale.com/", "http://proxy.test:3128/")]
    [InlineData("https_proxy", "proxy.test:3128", "https://platform.rescale.com/", "http://proxy.test:3128/")]
    [InlineData("HTTPS_PROXY", "proxy.test", "https://platform.rescale.com/", "http://proxy.test/")]
    [InlineData("HTTPS_PROXY", " https://proxy.test:8443 ", "https://platform.rescale.com/", "https://proxy.test:8443/")]
    [InlineData("HTTPS_PROXY", "socks5://proxy.test", "https://platform.rescale.com/", "socks5://proxy.test:1080/")]
    [InlineData("HTTPS_PROXY", "http://u:p@proxy.test:3128/x", "https://platform.rescale.com/", "http://proxy.test:3128/")]
    [InlineData("HTTPS_PROXY", "http://proxy.test:3128", "http://storage.test/", null)]
    [InlineData("HTTP_PROXY", "http://proxy.test:3128", "http://storage.test/", "http://proxy.test:3128/")]
    [InlineData("http_proxy", "http://proxy.test:3128", "https://platform.rescale.com/", null)]
    [InlineData("HTTPS_PROXY", "http://proxy.test:3128", "https://127.0.0.1:8443/", null)]
    [InlineData("HTTPS_PROXY", "http://proxy.test:3128", "https://localhost/", null)]
    [InlineData("HTTPS_PROXY", "http://proxy.test:3128", "https://[::1]/", null)]
    public void The_environment_has_a_proxy_for_each_scheme_and_none_for_this_machine(string name, string value, string target, string? proxy)
        => Assert.Equal(proxy, Route(new ProxySettings(ProxyMode.System), (name, value))!.GetProxy(new Uri(target))?.AbsoluteUri);

    [Fact]
    public void Upper_case_goes_before_lower_case_and_an_empty_variable_is_none()
    {
        var target = new Uri("https://platform.rescale.com/");
        Assert.Equal("a.test", Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", "a.test"), ("https_proxy", "b.test"))!.GetProxy(target)!.Host);
        Assert.Equal("b.test", Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", " "), ("https_proxy", "b.test"))!.GetProxy(target)!.Host);
        Assert.Null(Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", "")));
    }

    [Fact]
    public void NO_PROXY_and_NoProxy_add_up()
    {
        var route = Route(new ProxySettings(ProxyMode.System) { NoProxy = "10.0.0.0/8" }, ("HTTPS_PROXY", "p.test"), ("no_proxy", ".inside.test"))!;
        Assert.True(route.IsBypassed(new Uri("https://a.inside.test/")));
        Assert.True(route.IsBypassed(new Uri("https://10.9.8.7/")));
        Assert.False(route.IsBypassed(new Uri("https://platform.rescale.com/")));
    }

    [Theory]
    [InlineData("ftp://proxy.test")]
    [InlineData("http://")]
    [InlineData("http://user:hunter2@:80")]
    public void A_variable_that_is_no_proxy_is_an_error_that_does_not_repeat_it(string value)
    {
        var error = Assert.Throws<RescaleException>(() => Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", value)));
        Assert.Equal(ErrorIds.ProxyInvalid, error.ErrorId);
        Assert.Contains("HTTPS_PROXY", error.Message);
        Assert.DoesNotContain("hunter2", error.ToString());
    }

    [Fact]
    public void User_and_password_of_the_environment_are_taken_out_of_the_address()
    {
        var route = Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", "http://us%40er:p%3Aw@proxy.test:3128"))!;
        var proxy = route.GetProxy(new Uri("https://platform.rescale.com/"))!;
        Assert.Equal("", proxy.UserInfo);
        Assert.Equal(("us@er", "p:w"), Names(route.Credentials!.GetCredential(proxy, "Basic")));
        Assert.Equal("us@er:p:w", Encoding.UTF8.GetString(Convert.FromBase64String(route.BasicHeader(proxy)!.Parameter!)));
        var given = Route(new ProxySettings(ProxyMode.System) { Credential = User }, ("HTTPS_PROXY", "http://other:pw@proxy.test:3128"))!;
        Assert.Equal(("user", "p:w d"), Names(given.Credentials!.GetCredential(proxy, "Basic")));
    }

    [Theory]
    [InlineData(@"CORP\alice:s3cret@proxy:3128")]
    [InlineData(@"http://CORP\alice:s3cret@proxy:3128")]
    [InlineData("http://corp/alice:s3cret@proxy:3128")]
    [InlineData("http://alice:1#s3cret@proxy:3128")]
    [InlineData("alice:2?s3cret@proxy:3128")]
    [InlineData(@"http://proxy:3128\")]
    public void A_user_that_would_be_read_as_the_host_is_refused_and_the_password_not_told(string value)
    {
        var error = Assert.Throws<RescaleException>(() => Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", value)));
        Assert.Equal(ErrorIds.ProxyInvalid, error.ErrorId);
        Assert.DoesNotContain("s3cret", error.ToString() + error.RecommendedAction);
        var right = Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", "http://CORP%5Calice:pw@proxy:3128/"))!;
        Assert.Equal("CORP\\alice:pw", Encoding.UTF8.GetString(Convert.FromBase64String(right.BasicHeader(new Uri("http://proxy:3128/"))!.Parameter!)));
    }

    [Fact]
    public void Whatever_the_environment_holds_is_a_proxy_without_a_password_in_its_address_or_one_error()
    {
        var text = Gen.ArrayOf(Gen.Elements("aB1.:/@?#%[]\\ -_\0ü".ToCharArray())).Select(static c => new string(c));
        Prop.ForAll((from value in Gen.OneOf(text, text.Select(static t => "http://" + t), text.Select(static t => $"http://us3r:s3cret@{t}")) from target in text select (value, target)).ToArbitrary(), static c =>
        {
            try
            {
                var proxy = Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", c.value))?.GetProxy(new Uri("https://platform.rescale.com/"));
                return proxy is null ? string.IsNullOrWhiteSpace(c.value) : proxy.UserInfo.Length == 0 && proxy.Port > 0 && !proxy.AbsoluteUri.Contains("s3cret", StringComparison.Ordinal);
            }
            catch (RescaleException e)
            {
                return e.ErrorId == ErrorIds.ProxyInvalid && !e.ToString().Contains("s3cret", StringComparison.Ordinal);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3000));
    }

    [Fact]
    public void Any_user_and_password_survive_the_way_through_an_address()
        => Prop.ForAll(ArbMap.Default.ArbFor<(NonEmptyString User, string Password)>(), static c =>
        {
            // Half a character has no form in an address.
            if (c.Password is null || !IsWhole(c.User.Get) || !IsWhole(c.Password))
                return true;
            var route = Route(new ProxySettings(ProxyMode.System), ("HTTPS_PROXY", $"http://{Uri.EscapeDataString(c.User.Get)}:{Uri.EscapeDataString(c.Password)}@proxy.test:3128"))!;
            return Names(route.Credentials!.GetCredential(new Uri("http://proxy.test:3128"), "Basic")) == (c.User.Get, c.Password);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Theory]
    [InlineData(0, 8080)]
    [InlineData(3128, 3128)]
    public void A_named_proxy_is_for_everything_but_NoProxy(int port, int expected)
    {
        var route = Route(new ProxySettings(ProxyMode.Basic, "proxy.test", port) { NoProxy = "direct.test" })!;
        foreach (var target in new[] { "https://platform.rescale.com/", "http://storage.test/", "https://127.0.0.1:9/", "http://localhost/" })
            Assert.Equal(new Uri($"http://proxy.test:{expected}/"), route.GetProxy(new Uri(target)));
        Assert.True(route.IsBypassed(new Uri("https://direct.test/")));
        var configured = Route(new ProxySettings(ProxyMode.Basic, "proxy.test", port) { SkipsLoopback = true })!;
        Assert.True(configured.IsBypassed(new Uri("http://127.0.0.1:9/")));
        Assert.False(configured.IsBypassed(new Uri("https://platform.rescale.com/")));
    }

    [Fact]
    public void A_password_is_given_only_by_the_scheme_that_was_chosen()
    {
        var proxy = new Uri("http://proxy.test:8080/");
        var basic = Route(new ProxySettings(ProxyMode.Basic, "proxy.test") { Credential = User })!;
        Assert.NotNull(basic.Credentials!.GetCredential(proxy, "Basic"));
        Assert.Null(basic.Credentials!.GetCredential(proxy, "NTLM"));
        Assert.Equal("CORP\\user:p:w d", Encoding.UTF8.GetString(Convert.FromBase64String(basic.BasicHeader(proxy)!.Parameter!)));
        var ntlm = Route(new ProxySettings(ProxyMode.Ntlm, "proxy.test") { Credential = User })!;
        Assert.NotNull(ntlm.Credentials!.GetCredential(proxy, "NTLM"));
        Assert.Null(ntlm.Credentials!.GetCredential(proxy, "Basic"));
        Assert.Null(ntlm.BasicHeader(proxy));
        Assert.Null(basic.Credentials!.GetCredential(new Uri("http://elsewhere.test:8080/"), "Basic"));
        Assert.Same(CredentialCache.DefaultCredentials, Route(new ProxySettings(ProxyMode.Ntlm, "proxy.test") { UseDefaultCredentials = true })!.Credentials);
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("http://proxy.test", 0)]
    [InlineData("user:hunter2@proxy.test", 0)]
    [InlineData("proxy.test:80", 0)]
    [InlineData("proxy.test", -1)]
    [InlineData("proxy.test", 70000)]
    public void Settings_that_are_no_proxy_are_refused(string host, int port)
    {
        foreach (var mode in new[] { ProxyMode.Basic, ProxyMode.Ntlm })
        {
            var error = Assert.Throws<RescaleException>(() => Route(new ProxySettings(mode, host, port)));
            Assert.Equal((ErrorIds.ProxyInvalid, ErrorBehavior.Fatal), (error.ErrorId, error.Behavior));
            Assert.DoesNotContain("hunter2", error.ToString());
            Assert.NotNull(error.RecommendedAction);
        }
    }

    [Fact]
    public void The_users_own_sign_on_is_for_NTLM_only()
        => Assert.Equal(ErrorIds.ProxyInvalid, Assert.Throws<RescaleException>(() => Route(new ProxySettings(ProxyMode.Basic, "p.test") { UseDefaultCredentials = true })).ErrorId);

    [Fact]
    public void NTLM_is_refused_in_FIPS_mode_and_Basic_is_not()
    {
        var on = new FipsMode(true, "test");
        var error = Assert.Throws<RescaleException>(() => ProxyRoute.From(new ProxySettings(ProxyMode.Ntlm, "p.test"), Of(), () => on));
        Assert.Equal(ErrorIds.NtlmNotAllowed, error.ErrorId);
        Assert.NotNull(ProxyRoute.From(new ProxySettings(ProxyMode.Basic, "p.test"), Of(), () => on));
    }

    [Fact]
    public void The_native_library_is_found_where_GSSAPI_looks_for_it()
    {
        using var folder = new RescaleInterlink.Testing.TemporaryFolder();
        Assert.False(ManagedNtlm.HasNativeLibrary([folder.Path, folder.File("none")]));
        File.WriteAllText(folder.File("krb5.conf"), "other 1.2.3 /usr/lib/other.so");
        Assert.False(ManagedNtlm.HasNativeLibrary([folder.Path]));
        File.WriteAllText(folder.File("mech.ntlmssp.conf"), "gssntlmssp 1.3.6.1.4.1.311.2.2.10 /usr/lib/gssntlmssp/gssntlmssp.so");
        Assert.True(ManagedNtlm.HasNativeLibrary([folder.Path]));
    }

    [Fact]
    public void Its_text_holds_no_user_and_no_password()
        => Assert.Equal("Ntlm proxy.test:8080", new ProxySettings(ProxyMode.Ntlm, "proxy.test") { Credential = User }.ToString());

    private static bool IsWhole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;

    private static (string, string) Names(NetworkCredential? credential) => (credential!.UserName, credential.Password);

    private static ProxyRoute? Route(ProxySettings settings, params (string Name, string Value)[] environment) => ProxyRoute.From(settings, Of(environment), () => Off);

    private static Func<string, string?> Of(params (string Name, string Value)[] environment)
        => name => environment.Where(variable => variable.Name == name).Select(static variable => variable.Value).FirstOrDefault();
}
