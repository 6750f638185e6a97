using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Configuration;
using RescaleInterlink.Errors;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Configuration;

public sealed class ConfigurationFileTests : IDisposable
{
    /// <summary>What the Go tool writes with nothing set: interop files 3.</summary>
    private const string GoDefaults =
        "key,value\ntar_workers,4\nupload_workers,4\njob_workers,4\nproxy_mode,no-proxy\nproxy_host,\nproxy_port,0\nproxy_user,\nno_proxy,\nproxy_warmup,false\n"
        + "api_base_url,https://platform.rescale.com\ntenant_url,https://platform.rescale.com\nexclude_pattern,\ninclude_pattern,\nflatten_tar,false\nrun_subpath,\n"
        + "validation_pattern,\ntar_compression,none\nmax_retries,1\nsort_field,name\nsort_ascending,true\ndetailed_logging,false\norg_code,\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_defaults_are_written_byte_for_byte_as_the_go_tool_does()
    {
        await Store().InitializeAsync(Changes(), default);
        Assert.Equal(Encoding.UTF8.GetBytes(GoDefaults), await File.ReadAllBytesAsync(Config));
        Assert.False(File.Exists(Own));
    }

    [Fact]
    public async Task Rows_that_nobody_knows_are_kept_as_they_are_and_a_key_is_taken_out()
    {
        await File.WriteAllTextAsync(Config, "\uFEFFKEY,Value\r\nFuture_Key,\"a, \"\"b\"\"\r\nc\"\r\napi_key,0123456789abcdef0123456789abcdef01234567\r\nUpload_Workers, 7 \r\nproxy_password,\r\nfuture_key,again\r\n");
        var removed = await Store().SetAsync(Changes(("proxy_host", "proxy.example")), default);
        var text = await File.ReadAllTextAsync(Config);
        Assert.Equal(
            GoDefaults.Replace("upload_workers,4", "upload_workers,7", StringComparison.Ordinal).Replace("proxy_host,", "proxy_host,proxy.example", StringComparison.Ordinal)
            + "Future_Key,\"a, \"\"b\"\"\nc\"\nfuture_key,again\n",
            text);
        Assert.Contains("api_key", Assert.Single(removed));
        Assert.DoesNotContain("0123456789", string.Concat(removed));
    }

    [Fact]
    public void Values_are_read_as_leniently_as_the_go_tool_does()
    {
        File.WriteAllText(Config, "tar_workers,many\nupload_workers, 9\nflatten_tar,yes\nproxy_warmup,TRUE\nsort_ascending,1\ntar_compression,gz\nproxy_mode,System\n");
        var configuration = Load();
        Assert.Equal((4L, ConfigurationSource.Default), (configuration["tar_workers"].Value, configuration["tar_workers"].Source));
        Assert.Equal((9L, ConfigurationSource.ConfigFile), (configuration["upload_workers"].Value, configuration["upload_workers"].Source));
        Assert.Equal((false, true, true), (configuration["flatten_tar"].Value, configuration["proxy_warmup"].Value, configuration["sort_ascending"].Value));
        Assert.Equal(("gzip", "system"), (configuration["tar_compression"].Value, configuration["proxy_mode"].Value));
        Assert.Contains("tar_workers", Assert.Single(configuration.Warnings));
    }

    [Theory]
    [InlineData("api_base_url,https://eu.rescale.com\ntenant_url,https://kr.rescale.com\n", "https://kr.rescale.com")]
    [InlineData("tenant_url,https://kr.rescale.com\napi_base_url,eu.rescale.com/\n", "https://eu.rescale.com")]
    [InlineData("tenant_url,https://kr.rescale.com\n", "https://kr.rescale.com")]
    public void The_later_of_the_two_addresses_wins_both(string text, string expected)
    {
        File.WriteAllText(Config, text);
        Assert.Equal((expected, expected), (Load()["api_base_url"].Text, Load()["tenant_url"].Text));
    }

    [Fact]
    public void An_address_that_is_none_is_not_replaced_by_the_default()
    {
        File.WriteAllText(Config, "api_base_url,https://me:word@evil.example\n");
        Assert.Equal("https://***@evil.example", Load()["api_base_url"].Text);
    }

    [Fact]
    public async Task Both_patterns_are_refused_when_read_and_when_written_and_one_can_be_taken_out()
    {
        await File.WriteAllTextAsync(Config, "exclude_pattern,*.tmp\ninclude_pattern,*.dat\n");
        Assert.Equal(ErrorIds.ConfigurationInvalid, Assert.Throws<RescaleException>(Load).ErrorId);
        await Store().SetAsync(Changes(("include_pattern", null)), default);
        Assert.Equal("*.tmp", Load()["exclude_pattern"].Text);
        Assert.Equal(ErrorIds.ConfigurationInvalid, (await Assert.ThrowsAsync<RescaleException>(() => Store().SetAsync(Changes(("include_pattern", "*.dat")), default))).ErrorId);
        Assert.Equal("", Load()["include_pattern"].Text);
    }

    [Fact]
    public void Every_text_that_is_set_is_read_again() => Prop.ForAll(
        Gen.Elements('a', ',', '"', '\n', '\r', ' ', '\t', ';', 'ß', '*').ListOf().Select(static all => string.Concat(all)).ToArbitrary(),
        text =>
        {
            var key = ConfigurationKeys.Get("validation_pattern");
            var canonical = key.Check(text);
            Store().SetAsync(new Dictionary<ConfigurationKey, string?> { [key] = canonical }, default).GetAwaiter().GetResult();
            Assert.Equal(canonical, Load()["validation_pattern"].Text);
            Assert.DoesNotContain('\r', File.ReadAllText(Config));
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("tar_workers", "0")]
    [InlineData("tar_workers", "four")]
    [InlineData("proxy_port", "65536")]
    [InlineData("proxy_mode", "socks")]
    [InlineData("proxy_host", "http://proxy:8080")]
    [InlineData("proxy_host", "user:word@proxy")]
    [InlineData("api_base_url", "https://evil.example")]
    [InlineData("tar_compression", "zip")]
    [InlineData("org_code", "a\0b")]
    [InlineData("memory_limit", "1024")]
    [InlineData("storage_endpoint", "http://storage.example")]
    [InlineData("storage_endpoint", "https://user:word@storage.example")]
    public void A_value_that_does_not_do_is_refused_without_being_repeated(string name, string value)
    {
        var error = Assert.Throws<RescaleException>(() => ConfigurationKeys.Get(name).Check(value));
        Assert.Equal(ErrorIds.ConfigurationValueInvalid, error.ErrorId);
        Assert.DoesNotContain("word", error.Message);
    }

    [Theory]
    [InlineData("a,b,c\n")]
    [InlineData("key,value\ntar_workers\n")]
    [InlineData("key,value\ntar_workers,1,2\n")]
    [InlineData("key,value\nrun_subpath,\"open\n")]
    [InlineData("key,value\nrun_subpath,a\0b\n")]
    [InlineData("tar_workers\n")]
    public void A_file_that_is_no_configuration_is_one_error_that_names_it(string text)
    {
        File.WriteAllText(Config, text);
        AssertInvalid();
    }

    [Fact]
    public void Other_encodings_and_endless_files_are_refused()
    {
        File.WriteAllText(Config, "key,value\norg_code,x\n", Encoding.Unicode);
        AssertInvalid();
        File.WriteAllBytes(Config, [.. "org_code,"u8, 0xE9, (byte)'\n']);
        AssertInvalid();
        File.WriteAllBytes(Config, new byte[10 << 20]);
        AssertInvalid();
    }

    [Fact]
    public async Task A_folder_in_its_place_can_be_neither_read_nor_written()
    {
        Directory.CreateDirectory(Config);
        Assert.Equal(ErrorIds.ConfigurationUnreadable, Assert.Throws<RescaleException>(Load).ErrorId);
        Assert.Equal(ErrorIds.ConfigurationUnwritable, (await Assert.ThrowsAsync<RescaleException>(() => Store().InitializeAsync(Changes(), default))).ErrorId);
        Assert.Equal([".config.csv.lock", "config.csv"], _folder.Names());
    }

    [Fact]
    public async Task What_only_we_know_lies_beside_it_and_keeps_its_other_members()
    {
        await File.WriteAllTextAsync(Own, """{ "future": [1, { "a": null }], "throttle_limit": 3, "memory_limit": "much" }""");
        Assert.Equal((3L, ConfigurationSource.OwnFile, Own), (Load()["throttle_limit"].Value, Load()["throttle_limit"].Source, Load()["throttle_limit"].Origin));
        Assert.Contains("memory_limit", Assert.Single(Load().Warnings));
        await Store().SetAsync(Changes(("throttle_limit", null), ("max_bytes_per_second", "5000"), ("storage_endpoint", "https://storage.example")), default);
        Assert.False(File.Exists(Config));
        using var json = System.Text.Json.JsonDocument.Parse(await File.ReadAllTextAsync(Own));
        Assert.Equal("""[1,{"a":null}]""", json.RootElement.GetProperty("future").GetRawText().Replace(" ", "", StringComparison.Ordinal).ReplaceLineEndings(""));
        Assert.False(json.RootElement.TryGetProperty("throttle_limit", out _));
        Assert.Equal(5000, json.RootElement.GetProperty("max_bytes_per_second").GetInt64());
        Assert.Equal(new Uri("https://storage.example"), Load().StorageEndpoint);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{\"a\":1,\"a\":2}")]
    [InlineData("null")]
    public void An_own_file_that_is_no_object_is_one_error(string text)
    {
        File.WriteAllText(Own, text);
        Assert.Equal(ErrorIds.ConfigurationInvalid, Assert.Throws<RescaleException>(Load).ErrorId);
    }

    [Fact]
    public async Task Many_at_once_lose_nothing()
    {
        var keys = ConfigurationKeys.All.Where(static key => key.Name is "tar_workers" or "upload_workers" or "job_workers" or "max_retries" or "proxy_port" or "throttle_limit" or "max_connections").ToArray();
        await Task.WhenAll(keys.Select(key => Task.Run(async () =>
        {
            for (var value = 1; value <= 20; value++)
            {
                await Store().SetAsync(Changes((key.Name, $"{value}")), default);
                // A reader meanwhile always finds a whole file.
                Assert.Equal($"{value}", Load()[key.Name].Text);
            }
        })));
        Assert.All(keys, key => Assert.Equal("20", Load()[key.Name].Text));
        Assert.DoesNotContain(_folder.Names(), static name => name.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_mode_and_a_link_to_it_stay()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has access lists, and links need a privilege there.");
        if (OperatingSystem.IsWindows())
            return; // The analyzer does not know a skip.
        var real = _folder.File("real.csv");
        await File.WriteAllTextAsync(real, "org_code,x\n");
        File.SetUnixFileMode(real, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.CreateSymbolicLink(Config, real);
        await Store().SetAsync(Changes(("org_code", "y")), default);
        Assert.Equal(real, new FileInfo(Config).LinkTarget);
        Assert.Contains("org_code,y\n", await File.ReadAllTextAsync(real));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(real));
    }

    private string Config => _folder.File("config.csv");

    private string Own => _folder.File("config.interlink.json");

    private ConfigurationPlaces Places => new(name => name == ConfigurationPlaces.FolderVariable ? _folder.Path : null, OperatingSystem.IsWindows());

    private RescaleConfiguration Load() => RescaleConfiguration.Load(Places);

    private ConfigurationStore Store() => new(Places);

    private static Dictionary<ConfigurationKey, string?> Changes(params (string Name, string? Value)[] changes)
        => changes.ToDictionary(static change => ConfigurationKeys.Get(change.Name), static change => change.Value);

    private void AssertInvalid()
    {
        var error = Assert.Throws<RescaleException>(Load);
        Assert.Equal(ErrorIds.ConfigurationInvalid, error.ErrorId);
        Assert.Contains(Config, error.Message);
    }
}
