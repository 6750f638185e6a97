using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Networking;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Configuration;

public sealed class ConnectionLookupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, string> _variables;

    public ConnectionLookupTests() => _variables = new() { [ConfigurationPlaces.FolderVariable] = _folder.Path };

    public void Dispose() => _folder.Dispose();

    /// <summary>Every choice of sources: the highest that is there wins, and a warning tells of those that differ.</summary>
    [Fact]
    public void The_highest_source_of_a_key_wins()
    {
        for (var sources = 0; sources < 16; sources++)
        {
            var (parameter, environment, named, standard) = ((sources & 1) != 0, (sources & 2) != 0, (sources & 4) != 0, (sources & 8) != 0);
            Set(ConfigurationPlaces.KeyVariable, environment ? " fromEnvironment\n" : null);
            Write("named", named ? "fromNamed" : null);
            Write("token", standard ? "fromStandard\n" : null);
            var query = new ConnectionQuery { ApiKey = parameter ? new FoundKey("-ApiKey", "fromParameter") : null, TokenFile = named ? _folder.File("named") : null };
            var expected = parameter ? "fromParameter" : environment ? "fromEnvironment" : named ? "fromNamed" : standard ? "fromStandard" : null;
            if (expected is null)
            {
                Assert.Equal(ErrorIds.ApiKeyMissing, Assert.Throws<RescaleException>(() => Find(query)).ErrorId);
                continue;
            }

            var found = Find(query);
            Assert.Equal(expected, found.Key.Reveal());
            var files = named || standard ? 1 : 0;
            var differing = (parameter ? 1 : 0) + (environment ? 1 : 0) + files - 1;
            var disagreements = found.Warnings.Where(static warning => warning.StartsWith("There are different API keys", StringComparison.Ordinal)).ToArray();
            Assert.Equal(differing > 0 ? 1 : 0, disagreements.Length);
            Assert.All(found.Warnings, static warning => Assert.DoesNotMatch("from(Parameter|Environment|Named|Standard)", warning));
        }
    }

    [Fact]
    public void Sources_that_agree_and_the_keys_of_a_sandbox_are_no_matter_for_a_warning()
    {
        Set(ConfigurationPlaces.KeyVariable, "same");
        Write("token", "same\n");
        Assert.Empty(Find(new ConnectionQuery()).Warnings);
        Write("token", "other\n");
        Assert.Single(Find(new ConnectionQuery()).Warnings);
        Assert.Empty(Find(new ConnectionQuery { ApiUrl = "http://127.0.0.1:8080" }).Warnings);
    }

    [Fact]
    public void The_address_comes_from_the_parameter_the_environment_the_profile_the_file_or_is_the_default()
    {
        Set(ConfigurationPlaces.KeyVariable, "k");
        Assert.Equal("https://platform.rescale.com", Find(new ConnectionQuery()).ApiUrl);
        Write("config.csv", "key,value\napi_base_url,https://kr.rescale.com\n");
        Assert.Equal("https://kr.rescale.com", Find(new ConnectionQuery()).ApiUrl);
        Write("apiconfig", "[work]\nplatform_url = https://platform.rescale.jp\n");
        Assert.Equal("https://platform.rescale.jp", Find(new ConnectionQuery { Profile = "work" }).ApiUrl);
        Set(ConfigurationPlaces.UrlVariable, "https://eu.rescale.com");
        // Its key is not the profile's here.
        Assert.Equal("https://eu.rescale.com", Find(new ConnectionQuery { Profile = "work" }).ApiUrl);
        Assert.Equal("https://itar.rescale.com", Find(new ConnectionQuery { ApiUrl = "https://itar.rescale.com" }).ApiUrl);
    }

    [Fact]
    public void A_profile_stands_in_for_the_token_file()
    {
        Write("token", "fromStandard\n");
        Write("apiconfig", "# the work account\n[default]\napikey = first\n\n[Work Account]\nAPI_KEY= second\napikey =\napibaseurl = https://eu.rescale.com\n; end\n");
        var found = Find(new ConnectionQuery { Profile = "Work Account" });
        Assert.Equal(("second", "https://eu.rescale.com"), (found.Key.Reveal(), found.ApiUrl));
        Assert.Equal("first", Find(new ConnectionQuery { Profile = "default" }).Key.Reveal());
        Assert.Equal("fromStandard", Find(new ConnectionQuery()).Key.Reveal());
        var missing = Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { Profile = "work account" }));
        Assert.Equal(ErrorIds.ProfileNotFound, missing.ErrorId);
        Assert.Contains("'Work Account'", missing.RecommendedAction);
        Assert.DoesNotContain("second", missing.ToString());
    }

    /// <summary>A key is sent to the platform it was stored with, unless the command itself names another.</summary>
    [Fact]
    public void The_key_of_a_profile_does_not_follow_the_environment_to_another_platform()
    {
        Write("apiconfig", "[work]\napikey = second\napibaseurl = https://eu.rescale.com\n");
        Set(ConfigurationPlaces.UrlVariable, "HTTPS://EU.rescale.com/");
        Assert.Empty(Find(new ConnectionQuery { Profile = "work" }).Warnings);
        foreach (var other in new[] { "https://kr.rescale.com", "http://127.0.0.1:8080", "https://else.example" })
        {
            Set(ConfigurationPlaces.UrlVariable, other);
            var refused = Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { Profile = "work" }));
            Assert.Equal(ErrorIds.ApiUrlAmbiguous, refused.ErrorId);
            Assert.Contains(ConfigurationPlaces.UrlVariable, refused.Message);
            var told = Find(new ConnectionQuery { Profile = "work", ApiUrl = "https://eu.rescale.com" });
            Assert.Contains("that of -ApiUrl is used, and not that of RESCALE_API_URL", Assert.Single(told.Warnings));
        }
    }

    [Fact]
    public void Sources_that_name_different_platforms_are_told()
    {
        Set(ConfigurationPlaces.KeyVariable, "k");
        Set(ConfigurationPlaces.UrlVariable, "https://kr.rescale.com");
        Write("apiconfig", "[work]\napibaseurl = https://eu.rescale.com\n");
        Assert.Empty(Find(new ConnectionQuery()).Warnings);
        Assert.Contains("that of RESCALE_API_URL is used, and not that of the profile 'work'", Assert.Single(Find(new ConnectionQuery { Profile = "work" }).Warnings));
        Assert.Contains("not that of RESCALE_API_URL or the profile 'work'", Assert.Single(Find(new ConnectionQuery { Profile = "work", ApiUrl = "https://itar.rescale.com" }).Warnings));
        Assert.Empty(Find(new ConnectionQuery { Profile = "work", ApiUrl = "http://127.0.0.1:8080" }).Warnings);
    }

    [Theory]
    [InlineData("alice:Winter2026@platform.rescale.com")]
    [InlineData("https://alice:Winter#2026@platform.rescale.com")]
    public void A_password_in_an_address_is_not_shown(string url)
    {
        Set(ConfigurationPlaces.UrlVariable, url);
        Assert.DoesNotContain("2026", RescaleConfiguration.Load(Places)["api_base_url"].Text);
        Set(ConfigurationPlaces.UrlVariable, null);
        Write("config.csv", $"key,value\napi_base_url,{url}\n");
        Assert.DoesNotContain("2026", RescaleConfiguration.Load(Places)["api_base_url"].Text);
        Assert.EndsWith("***@platform.rescale.com", RescaleConfiguration.Load(Places)["api_base_url"].Text);
    }

    [Fact]
    public void Without_a_profile_file_the_key_may_come_from_elsewhere()
    {
        Write("token", "fromStandard\n");
        Assert.Equal(ErrorIds.ApiKeyMissing, Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { Profile = "any" })).ErrorId);
        Set(ConfigurationPlaces.KeyVariable, "fromEnvironment");
        Assert.Equal("fromEnvironment", Find(new ConnectionQuery { Profile = "any" }).Key.Reveal());
    }

    [Theory]
    [InlineData("apikey = x\n")]
    [InlineData("[work\napikey = x\n")]
    [InlineData("[work]\nsecretwithoutname\n")]
    public void A_profile_file_that_is_none_is_refused_without_its_words(string text)
    {
        Write("apiconfig", text);
        var error = Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { Profile = "work" }));
        Assert.Equal(ErrorIds.ConfigurationInvalid, error.ErrorId);
        Assert.DoesNotContain("secretwithoutname", error.ToString());
    }

    [Theory]
    [InlineData("no-proxy", ProxyMode.System, "proxy.example", 3128)]
    [InlineData("system", ProxyMode.System, "proxy.example", 3128)]
    [InlineData("basic", ProxyMode.Basic, "proxy.example", 3128)]
    public void A_proxy_in_the_environment_fills_what_the_file_leaves_open(string mode, ProxyMode expected, string host, int port)
    {
        Write("config.csv", $"proxy_mode,{mode}\n");
        Set("HTTPS_PROXY", "http://user:word@proxy.example:3128/");
        var configuration = RescaleConfiguration.Load(Places);
        Assert.Equal((expected, host, port), (configuration.Proxy!.Mode, configuration.Proxy.Host, configuration.Proxy.Port));
        Assert.DoesNotContain("word", string.Concat(configuration.Entries.Select(static entry => $"{entry}")));
        Assert.Equal((ConfigurationSource.Environment, "HTTPS_PROXY"), (configuration["proxy_host"].Source, configuration["proxy_host"].Origin));

        Write("config.csv", "proxy_mode,ntlm\nproxy_host,own.example\nno_proxy,\".corp,10.0.0.0/8\"\nproxy_warmup,1\n");
        var own = RescaleConfiguration.Load(Places).Proxy!;
        Assert.Equal((ProxyMode.Ntlm, "own.example", 0, ".corp,10.0.0.0/8", true), (own.Mode, own.Host, own.Port, own.NoProxy, own.WarmUp));
    }

    [Fact]
    public void Without_a_host_there_is_no_proxy_and_a_warning()
    {
        Assert.Null(RescaleConfiguration.Load(Places).Proxy);
        Write("config.csv", "proxy_mode,basic\n");
        Assert.Null(RescaleConfiguration.Load(Places).Proxy);
        Assert.Contains("proxy_host", Assert.Single(RescaleConfiguration.Load(Places).Warnings));
    }

    [Fact]
    public void A_file_that_is_named_must_be_there()
    {
        Set(ConfigurationPlaces.KeyVariable, "k");
        Assert.Equal(ErrorIds.ConfigurationNotFound, Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { ConfigPath = _folder.File("none.csv") })).ErrorId);
        var found = Find(new ConnectionQuery { TokenFile = _folder.File("none") });
        Assert.Contains(_folder.File("none"), Assert.Single(found.Warnings));
        Set(ConfigurationPlaces.KeyVariable, null);
        Assert.Equal(ErrorIds.TokenFileNotFound, Assert.Throws<RescaleException>(() => Find(new ConnectionQuery { TokenFile = _folder.File("none") })).ErrorId);
        Set(ConfigurationPlaces.FileVariable, _folder.File("moved.csv"));
        Assert.Contains(ConfigurationPlaces.FileVariable, Assert.Single(RescaleConfiguration.Load(Places).Warnings));
    }

    [Fact]
    public async Task An_older_tools_files_are_read_and_written_anew_in_the_present_place()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The places are those of Unix.");
        _variables.Clear();
        Set("HOME", _folder.Path);
        var old = Directory.CreateDirectory(Path.Combine(_folder.Path, ".config", "rescale-int")).FullName;
        await File.WriteAllTextAsync(Path.Combine(old, "token"), "old\n");
        await File.WriteAllTextAsync(Path.Combine(old, "config.csv"), "org_code,old\n");
        Assert.Equal("old", Find(new ConnectionQuery()).Key.Reveal());
        await new ConfigurationStore(Places).SetAsync(new Dictionary<ConfigurationKey, string?> { [ConfigurationKeys.Get("tar_workers")] = "8" }, default);
        var configuration = RescaleConfiguration.Load(Places);
        Assert.Equal((Places.ConfigurationFile, "old", "8"), (configuration.Path, configuration["org_code"].Text, configuration["tar_workers"].Text));
        Assert.Equal("org_code,old\n", await File.ReadAllTextAsync(Path.Combine(old, "config.csv")));
    }

    private ConfigurationPlaces Places => new(name => _variables.GetValueOrDefault(name), OperatingSystem.IsWindows());

    private ConnectionLookup Find(ConnectionQuery query) => ConnectionLookup.Find(query, Places);

    private void Set(string name, string? value)
    {
        if (value is null)
            _variables.Remove(name);
        else
            _variables[name] = value;
    }

    private void Write(string name, string? text)
    {
        if (text is null)
            File.Delete(_folder.File(name));
        else
            File.WriteAllText(_folder.File(name), text);
        if (text is not null && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
