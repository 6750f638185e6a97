using System.Net;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Configuration;

/// <summary>Parameters over settings over the environment.</summary>
public sealed class ProxyWishTests : IDisposable
{
    private const string Configured = "proxy_mode,basic\nproxy_host,proxy.corp\nproxy_port,3128\nno_proxy,.corp\nproxy_warmup,true\n";
    private static readonly Uri Platform = new("https://platform.rescale.com/");
    private static readonly Uri Sandbox = new("http://127.0.0.1:8080/");
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Nothing_said_is_what_the_settings_have_and_they_are_not_for_this_machine()
    {
        Assert.Null(new ProxyWish().Apply(Load(""), Platform));
        var proxy = new ProxyWish().Apply(Load(Configured), Platform)!;
        Assert.Equal(new ProxySettings(ProxyMode.Basic, "proxy.corp", 3128) { NoProxy = ".corp", WarmUp = true, SkipsLoopback = true }, proxy);
        Assert.Null(new ProxyWish().Apply(Load(Configured), Sandbox));
    }

    [Fact]
    public void What_is_said_goes_before_the_settings_and_holds_for_this_machine_too()
    {
        foreach (var target in new[] { Platform, Sandbox })
        {
            var proxy = new ProxyWish { Mode = ProxyMode.Ntlm, Host = "other", Port = 1, NoProxy = "", WarmUp = false }.Apply(Load(Configured), target);
            Assert.Equal(new ProxySettings(ProxyMode.Ntlm, "other", 1), proxy);
            Assert.Null(new ProxyWish { Mode = ProxyMode.None }.Apply(Load(Configured), target));
        }
    }

    [Fact]
    public void What_is_not_said_is_filled_in()
    {
        var user = new NetworkCredential("u", "p");
        var proxy = new ProxyWish { Credential = user }.Apply(Load(Configured), Platform)!;
        Assert.Equal((ProxyMode.Basic, "proxy.corp", 3128, user, true), (proxy.Mode, proxy.Host, proxy.Port, proxy.Credential, proxy.SkipsLoopback));
        Assert.Equal(ProxyMode.Basic, new ProxyWish { Host = "other" }.Apply(Load(""), Platform)!.Mode);
        Assert.Equal(ProxyMode.Ntlm, new ProxyWish { Host = "other" }.Apply(Load("proxy_mode,ntlm\nproxy_host,a\n"), Platform)!.Mode);
        Assert.Equal(ProxyMode.Ntlm, new ProxyWish { UseDefaultCredentials = true }.Apply(Load(Configured), Platform)!.Mode);
    }

    [Fact]
    public void A_proxy_of_the_environment_is_there_without_settings()
    {
        var proxy = new ProxyWish().Apply(Load("", ("HTTPS_PROXY", "http://env.proxy:1234")), Platform)!;
        Assert.Equal((ProxyMode.System, true), (proxy.Mode, proxy.SkipsLoopback));
    }

    [Fact]
    public void Something_said_about_a_proxy_that_nobody_names_is_an_error()
    {
        foreach (var wish in new[] { new ProxyWish { Port = 1 }, new ProxyWish { Credential = new NetworkCredential("u", "p") }, new ProxyWish { UseDefaultCredentials = true } })
            Assert.Equal(ErrorIds.ProxyInvalid, Assert.Throws<RescaleException>(() => wish.Apply(Load(""), Platform)).ErrorId);
    }

    private RescaleConfiguration Load(string content, params (string Name, string Value)[] environment)
    {
        var path = _folder.File("config.csv");
        File.WriteAllText(path, "key,value\n" + content);
        return RescaleConfiguration.Load(
            new ConfigurationPlaces(name => name == ConfigurationPlaces.FolderVariable ? _folder.Path : environment.Where(variable => variable.Name == name).Select(static variable => variable.Value).FirstOrDefault(), windows: false), path);
    }
}
