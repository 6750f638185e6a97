using RescaleInterlink.Errors;
using RescaleInterlink.Library;
using RescaleInterlink.Storage;
using RescaleInterlink.Testing;

namespace RescaleInterlink.Core.Tests.Library;

public sealed class SasBatchesTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly List<IReadOnlyList<string>> _calls = [];
    private readonly SasBatches _batches;
    private Func<IReadOnlyList<string>, Task<SasAnswer>> _answer;

    public SasBatchesTests()
    {
        _answer = paths => Task.FromResult(Answer(paths));
        _batches = new SasBatches(
            (paths, _) =>
            {
                _calls.Add(paths);
                return _answer(paths);
            },
            _time);
    }

    public void Dispose() => _batches.Dispose();

    [Fact]
    public async Task What_was_announced_comes_a_hundred_at_a_time()
    {
        var paths = Paths(289);
        foreach (var path in paths)
            _batches.Announce(path);
        var tokens = await Task.WhenAll(paths.Select(path => GetAsync(path)));
        Assert.Equal(paths.Select(static path => $"of {path} by 1"), tokens.Select(static token => token.Token[..(token.Token.LastIndexOf(' ') + 1)] + "1"));
        Assert.Equal([100, 100, 89], _calls.Select(static call => call.Count));
        Assert.Equal(paths.Order(), _calls.SelectMany(static call => call).Order());
    }

    [Fact]
    public async Task Those_that_come_while_a_call_is_under_way_share_the_next()
    {
        var gate = new TaskCompletionSource();
        _answer = async paths =>
        {
            await gate.Task;
            return Answer(paths);
        };
        var tokens = Paths(150).Select(path => GetAsync(path)).ToArray();
        gate.SetResult();
        await Task.WhenAll(tokens);
        Assert.Equal([1, 100, 49], _calls.Select(static call => call.Count));
    }

    [Fact]
    public async Task What_an_earlier_command_did_not_need_does_not_come_first()
    {
        foreach (var old in Paths(400, "old"))
            _batches.Announce(old);
        var wanted = Paths(50);
        foreach (var path in wanted)
            _batches.Announce(path);
        await Task.WhenAll(wanted.Select(path => GetAsync(path)));
        Assert.Single(_calls);
    }

    [Fact]
    public async Task A_token_that_was_refused_is_asked_for_again()
    {
        _batches.Announce("b");
        Assert.Equal("of a by 1", (await GetAsync("a")).Token);
        Assert.Equal("of b by 2", (await _batches.GetAsync("b", force: true, default)).Token);
    }

    [Theory]
    [InlineData(20, 8)]
    [InlineData(10, 5)]
    public async Task A_token_that_has_lain_too_long_is_not_used(int lives, int usable)
    {
        _answer = paths => Task.FromResult(Answer(paths) with { ExpiresAt = _time.GetUtcNow() + TimeSpan.FromMinutes(lives) });
        _batches.Announce("b");
        _batches.Announce("c");
        await GetAsync("a");
        _time.Advance(TimeSpan.FromMinutes(usable) - TimeSpan.FromSeconds(1));
        Assert.Equal("of b by 1", (await GetAsync("b")).Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("of c by 2", (await GetAsync("c")).Token);
    }

    [Fact]
    public async Task One_path_that_is_refused_does_not_cost_the_others_their_token()
    {
        _answer = paths => paths.Contains("p 7")
            ? Task.FromException<SasAnswer>(new RescaleException(ErrorIds.PlatformProtocol, ErrorKind.InvalidInput, "no", "none") { StatusCode = 400 })
            : Task.FromResult(Answer(paths));
        var paths = Paths(100);
        foreach (var path in paths)
            _batches.Announce(path);
        var refused = new List<string>();
        foreach (var path in paths)
        {
            try
            {
                Assert.StartsWith($"of {path} by ", (await GetAsync(path)).Token);
            }
            catch (RescaleException)
            {
                refused.Add(path);
            }
        }

        Assert.Equal(["p 7"], refused);
        // Halved until it passes, then doubled again: far from a call for each.
        Assert.InRange(_calls.Count, 3, 30);
    }

    [Fact]
    public async Task A_failure_that_is_not_about_the_paths_is_told_at_once()
    {
        _answer = _ => Task.FromException<SasAnswer>(new RescaleException(ErrorIds.ApiKeyRejected, ErrorKind.Authentication, "no", "none") { StatusCode = 401 });
        _batches.Announce("b");
        await Assert.ThrowsAsync<RescaleException>(() => GetAsync("a"));
        Assert.Single(_calls);
    }

    [Fact]
    public async Task Without_one_of_its_own_a_blob_gets_that_of_the_container_and_without_any_an_error()
    {
        _answer = paths => Task.FromResult(new SasAnswer(new Dictionary<string, string>(), "all", _time.GetUtcNow() + TimeSpan.FromMinutes(15)));
        var shared = await GetAsync("a");
        Assert.Equal(("all", true), (shared.Token, shared.CoversContainer));
        _answer = paths => Task.FromResult(new SasAnswer(new Dictionary<string, string>(), null, _time.GetUtcNow() + TimeSpan.FromMinutes(15)));
        var error = await Assert.ThrowsAsync<RescaleException>(() => GetAsync("b"));
        Assert.Equal(ErrorIds.PlatformProtocol, error.ErrorId);
    }

    private static string[] Paths(int count, string prefix = "p") => [.. Enumerable.Range(0, count).Select(number => $"{prefix} {number}")];

    private Task<SasCredentials> GetAsync(string path) => _batches.GetAsync(path, force: false, default);

    private SasAnswer Answer(IReadOnlyList<string> paths)
        => new(paths.ToDictionary(static path => path, path => $"of {path} by {_calls.Count}"), null, _time.GetUtcNow() + TimeSpan.FromMinutes(15));
}
