using RescaleInterlink.Platform;
using RescaleInterlink.Platform.RateLimits;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers.LocalFiles;

namespace RescaleInterlink.Core.Tests.Platform.RateLimits;

public sealed class FileLedgerTests : IDisposable
{
    private static readonly ScopeLimit Limit = RateScopes.LimitOf(RateScope.User);
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    private string File => FileLedger.PathOf(_folder.Path, new Uri("https://platform.rescale.com/"), new ApiKey(Clients.Key), RateScope.User);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_second_process_starts_with_what_the_first_has_left()
    {
        var first = await Ledger().ExchangeAsync(Wanting("a"));
        Assert.Equal(BudgetState.LargestLease, first.Granted);
        var second = await Ledger().ExchangeAsync(new BudgetRequest("b", 2, 0));
        Assert.Equal((Limit.Burst - first.Granted, 2), (second.Left, second.Processes));
    }

    [Fact]
    public async Task The_file_tells_no_key_and_only_its_owner_reads_it()
    {
        await Ledger().ExchangeAsync(Wanting("a"));
        Assert.DoesNotContain(Clients.Key, File, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(new ApiKey(Clients.Key).Hash, File, StringComparison.Ordinal);
        Assert.DoesNotContain(Clients.Key, await System.IO.File.ReadAllTextAsync(File), StringComparison.OrdinalIgnoreCase);
        if (OperatingSystem.IsWindows()) return;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, System.IO.File.GetUnixFileMode(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public void A_key_has_the_hash_other_tools_give_it()
        // SHA-256 of "abc" is ba7816bf 8f01cfea ...
        => Assert.Equal("ba7816bf8f01cfea", new ApiKey("abc").Hash);

    [Fact]
    public void Machines_platforms_keys_and_scopes_have_files_of_their_own()
    {
        var (rescale, other) = (new Uri("https://platform.rescale.com/"), new Uri("https://eu.rescale.com/"));
        var files = from platform in new[] { rescale, other }
                    from key in new[] { "a", "b" }
                    from scope in RateScopes.All
                    select FileLedger.PathOf(_folder.Path, platform, new ApiKey(key), scope);
        Assert.Equal(12, files.Distinct().Count());
    }

    public static TheoryData<string> Damages => ["empty", "cut", "bit", "zeros", "text", "longer", "foreign", "folderful"];

    /// <summary>What was used already is not known then, so nothing may be.</summary>
    [Theory]
    [MemberData(nameof(Damages))]
    public async Task A_damaged_file_is_begun_anew_and_empty(string damage)
    {
        await Ledger().ExchangeAsync(Wanting("a"));
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        await System.IO.File.WriteAllBytesAsync(File, damage switch
        {
            "empty" => [],
            "cut" => bytes[..40],
            "bit" => [.. bytes[..12], (byte)(bytes[12] ^ 1), .. bytes[13..]],
            "zeros" => new byte[bytes.Length],
            "text" => "hello\nworld\n"u8.ToArray(),
            "longer" => new byte[1 << 20],
            "foreign" => "{\"version\":7}\n5b0d3ff1c8a34dd5a3a3a1e5fdd0a1b2\n"u8.ToArray(),
            _ => [.. bytes, .. bytes],
        });
        var answer = await Ledger().ExchangeAsync(Wanting("b"));
        Assert.Equal(1, answer.Granted);
        Assert.Equal(1 / Limit.Rate, answer.Wait.TotalSeconds, 1e-6);
        // And goes on from there.
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal((20 * Limit.Rate) - 1, (await Ledger().ExchangeAsync(new BudgetRequest("b", 1, 0))).Left, 1e-6);
    }

    /// <summary>However many calls were repeated, it is a debt and no damage, which would make an end of the cooldown.</summary>
    [Fact]
    public async Task A_debt_is_kept_and_the_cooldown_with_it()
    {
        await Ledger().ExchangeAsync(new BudgetRequest("a", 1, 0) { Charged = 10 * Limit.Burst, Refused = TimeSpan.FromSeconds(100) });
        Assert.Equal(TimeSpan.FromSeconds(100), (await Ledger().ExchangeAsync(Wanting("b"))).Cooldown);
        _time.Advance(TimeSpan.FromSeconds(100));
        var answer = await Ledger().ExchangeAsync(Wanting("b"));
        Assert.Equal(((9 * Limit.Burst) + 1 - (100 * Limit.Rate)) / Limit.Rate, answer.Wait.TotalSeconds, 0.001);
    }

    [Fact]
    public async Task What_nobody_used_for_a_day_goes_when_a_new_one_is_made()
    {
        var folder = Directory.CreateDirectory(Path.GetDirectoryName(File)!).FullName;
        foreach (var (name, age) in new[] { ("user-0123-4567.v1", 25), ("abcdefgh.ijk", 25), ("user-89ab-4567.v2", 23) })
        {
            await System.IO.File.WriteAllTextAsync(Path.Combine(folder, name), "");
            System.IO.File.SetLastWriteTimeUtc(Path.Combine(folder, name), _time.GetUtcNow().UtcDateTime - TimeSpan.FromHours(age));
        }

        await Ledger().ExchangeAsync(Wanting("a"));
        Assert.Equal(new[] { Path.GetFileName(File), "user-89ab-4567.v2" }.Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.EndsWith(".v2", File, StringComparison.Ordinal);
    }

    /// <summary>Only the time since the start of the machine counts.</summary>
    [Theory]
    [InlineData(-400)]
    [InlineData(400)]
    public async Task Whoever_sets_the_clock_changes_nothing(int days)
    {
        var time = new SetClock(_time);
        FileLedger Own() => new(File, Limit, time);
        await Own().ExchangeAsync(Wanting("a") with { Refused = TimeSpan.FromSeconds(60) });
        time.Set += TimeSpan.FromDays(days);
        _time.Advance(TimeSpan.FromSeconds(20));
        var answer = await Own().ExchangeAsync(Wanting("b"));
        Assert.Equal((0, TimeSpan.FromSeconds(40), 20 * Limit.Rate), (answer.Granted, answer.Cooldown, answer.Left));
    }

    [Fact]
    public async Task A_long_list_that_becomes_short_again_leaves_nothing_behind()
    {
        for (var i = 0; i < 60; i++) await Ledger().ExchangeAsync(new BudgetRequest($"process-{i}", i, 0));
        _time.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(1, (await Ledger().ExchangeAsync(new BudgetRequest("last", 1, 0))).Processes);
        Assert.Equal(1, (await Ledger().ExchangeAsync(new BudgetRequest("last", 1, 0))).Processes);
    }

    [Fact]
    public async Task Many_at_once_never_give_out_a_token_twice()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            var (ledger, taken) = (Ledger(), 0);
            for (var call = 0; call < 20; call++)
                taken += (await ledger.ExchangeAsync(Wanting($"p{i}"))) is { Wait.Ticks: 0 } answer ? answer.Granted : 0;
            return taken;
        })));
        // The clock stands still, so what can be used at once is the burst and no more.
        Assert.Equal(Limit.Burst, answers.Sum());
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(File)!));
    }

    [Fact]
    public async Task A_file_that_somebody_does_not_let_go_of_is_unavailable_and_then_available()
    {
        await Ledger().ExchangeAsync(Wanting("a"));
        var ledger = Ledger(TimeSpan.FromMilliseconds(50));
        using (new FileStream(File, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            await Assert.ThrowsAsync<BudgetUnavailableException>(() => ledger.ExchangeAsync(Wanting("b")));
        Assert.NotEqual(0, (await ledger.ExchangeAsync(Wanting("b"))).Granted);
    }

    [Fact]
    public async Task A_disk_that_hangs_is_asked_nothing_more_until_it_answers()
    {
        await Ledger().ExchangeAsync(Wanting("a"));
        using var answers = new ManualResetEventSlim();
        var asked = 0;
        var ledger = new FileLedger(File, Limit, _time, TimeSpan.FromMilliseconds(50), path =>
        {
            Interlocked.Increment(ref asked);
            answers.Wait();
            return OwnFile.Open(path, FileMode.Open);
        });
        for (var i = 0; i < 3; i++) await Assert.ThrowsAsync<BudgetUnavailableException>(() => ledger.ExchangeAsync(Wanting("b")));
        Assert.Equal(1, asked);
        answers.Set();
        // What was asked for then is done now; after that it can be had again.
        BudgetAnswer? answer = null;
        while (answer is null)
        {
            try
            {
                answer = await ledger.ExchangeAsync(Wanting("b"));
            }
            catch (BudgetUnavailableException)
            {
                await Task.Delay(10);
            }
        }

        Assert.NotEqual(0, answer.Granted);
    }

    [Fact]
    public async Task A_place_that_cannot_be_used_is_unavailable()
    {
        await System.IO.File.WriteAllTextAsync(_folder.File("limits"), "a file where the folder should be");
        await Assert.ThrowsAsync<BudgetUnavailableException>(() => Ledger().ExchangeAsync(Wanting("a")));
    }

    [Fact]
    public async Task Who_takes_leave_of_nothing_makes_nothing()
    {
        await Assert.ThrowsAsync<BudgetUnavailableException>(() => Ledger().ExchangeAsync(new BudgetRequest("a", 1, 0) { Leaves = true }));
        Assert.Empty(_folder.Names());
    }

    private sealed class SetClock(TimeProvider inner) : TimeProvider
    {
        public TimeSpan Set { get; set; }

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override long GetTimestamp() => inner.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow() + Set;
    }

    private FileLedger Ledger(TimeSpan? patience = null) => new(File, Limit, _time, patience);

    private static BudgetRequest Wanting(string id) => new(id, id.GetHashCode(StringComparison.Ordinal), 0) { Wants = true };
}
