using System.Text.Json.Nodes;
using RescaleInterlink.Core.Tests.Pipelines;
using RescaleInterlink.Errors;
using RescaleInterlink.Jobs.Following;
using RescaleInterlink.Library.Folders;
using RescaleInterlink.Testing;
using RescaleInterlink.Transfers;

namespace RescaleInterlink.Core.Tests.Jobs.Following;

/// <summary>Watching a job whose outputs change as no sandbox changes them, on a clock that skips the intervals.</summary>
public sealed class JobWatchTests(JobWatchTests.Outputs outputs) : IClassFixture<JobWatchTests.Outputs>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Top => _folder.File("job");

    [Fact]
    public async Task Each_output_is_received_once_as_it_appears_and_the_last_ones_after_the_end()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = listing => [[platform.Output("one"), .. listing > 0 ? new[] { platform.Output("two", "d/two") } : [], .. listing > 4 ? new[] { platform.Output("three") } : []]];
        platform.Status = _ => platform.Listings < 5 ? "Moon phase" : "Completed/Completed successfully";
        var steps = await WatchAsync(platform);
        Assert.Equal(["d/two", "one", "three"], Received(steps).Order(StringComparer.Ordinal));
        Assert.Equal("2\n", File.ReadAllText(Path.Combine(Top, "d", "two")));
        Assert.Equal(["Moon phase", "Completed"], steps.OfType<JobWatchStep.StatusChange>().Select(static step => step.Status.Status));
        Assert.True(Ending(steps).Succeeded);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "state", "watches")));
    }

    [Theory]
    [InlineData("Failed/out of memory")]
    [InlineData("Stopped")]
    [InlineData("Force Stopped")]
    [InlineData("terminated")]
    [InlineData("Completed/A run failed: exit code 3")]
    public async Task Every_final_status_ends_it_after_a_last_sweep(string last)
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = listing => [listing == 0 ? [] : [platform.Output("one")]];
        platform.Status = _ => platform.Listings == 0 ? "Executing" : last;
        var steps = await WatchAsync(platform);
        Assert.Equal(["one"], Received(steps));
        Assert.Equal((last.Split('/')[0], false, null), (Ending(steps).Status, Ending(steps).Succeeded, Ending(steps).Error));
    }

    [Fact]
    public async Task A_newer_version_replaces_the_earlier_and_a_file_of_the_user_is_left_alone()
    {
        await using var platform = await outputs.StartAsync();
        Directory.CreateDirectory(Top);
        File.WriteAllText(Path.Combine(Top, "mine"), "mine");
        // Another id under the same name; another size under the same id; and what was there before.
        platform.Listing = listing => [[
            platform.Output(listing == 0 ? "one" : "two", "a"), platform.Output(listing == 0 ? "one" : "large", "b", "same"), platform.Output("one", "mine", "other")]];
        var files = 0;
        platform.Status = _ => files < 4 ? "Executing" : "Completed";
        var steps = await WatchAsync(platform, onStep: step => files += step is JobWatchStep.Received ? 1 : 0);
        Assert.Equal(["a", "a", "b", "b"], Received(steps).Order(StringComparer.Ordinal));
        Assert.Equal(("2\n", 100_000, "mine"), (Read("a"), Read("b").Length, Read("mine")));
        Assert.Equal(("mine", ErrorIds.DestinationExists), (Failed(steps).Target, Failed(steps).Error.ErrorId));
        Assert.Equal(["a", "b", "mine"], Directory.GetFileSystemEntries(Top).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_watch_that_was_stopped_goes_on_where_it_was_and_still_knows_its_files()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = _ => [[platform.Output("one", "a"), platform.Output("two", "b")]];
        platform.Status = static _ => "Executing";
        using (var stop = new CancellationTokenSource())
        {
            var files = 0;
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WatchAsync(
                platform,
                onStep: step =>
                {
                    if (step is JobWatchStep.Received && ++files == 2)
                        stop.Cancel();
                },
                cancellationToken: stop.Token));
        }

        // The newer version of what the first watch has put there, and not of what was changed since.
        File.WriteAllText(Path.Combine(Top, "b"), "changed by the user");
        platform.Listing = _ => [[platform.Output("large", "a"), platform.Output("three", "b")]];
        platform.Status = static _ => "Completed";
        var steps = await WatchAsync(platform);
        Assert.Equal(["a"], Received(steps));
        Assert.Equal((100_000, "changed by the user"), (Read("a").Length, Read("b")));
        Assert.Equal(("b", ErrorIds.DestinationExists), (Failed(steps).Target, Failed(steps).Error.ErrorId));
    }

    [Fact]
    public async Task Entries_that_come_twice_or_go_away_between_two_pages_do_no_harm()
    {
        await using var platform = await outputs.StartAsync();
        var (one, two, three) = (platform.Output("one"), platform.Output("two"), platform.Output("three"));
        platform.Listing = listing => listing switch
        {
            0 => [[one], [one, two]],
            // 'two' slips from the second page to the first while the second is asked for.
            1 => [[one], [three]],
            2 => [[one], null],
            _ => [[one, two], [three, one]],
        };
        platform.Status = _ => platform.Listings < 4 ? "Executing" : "Completed";
        var steps = await WatchAsync(platform);
        Assert.Equal(["one", "three", "two"], Received(steps).Order(StringComparer.Ordinal));
        Assert.Empty(steps.OfType<JobWatchStep.Failed>());
    }

    [Fact]
    public async Task Names_that_lead_elsewhere_or_differ_in_case_stay_inside_and_apart()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = _ => [[
            platform.Output("one", "../../x"), platform.Output("two", "CON"), platform.Output("three", "a:b"), platform.Output("one", "log", "l1"), platform.Output("two", "LOG", "l2"), platform.Output("three", "..", "l3")]];
        var steps = await WatchAsync(platform);
        Assert.Equal(("..", ErrorIds.UnsafeFileName), (Failed(steps).Target, Failed(steps).Error.ErrorId));
        var places = steps.OfType<JobWatchStep.Received>().Select(step => Path.GetRelativePath(Top, step.Result.Path)).ToArray();
        Assert.Equal(places.Length, places.Distinct(StringComparer.Ordinal).Count());
        Assert.All(places, static place => Assert.DoesNotContain("..", place, StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(["CON", "LOG", "a:b", "log", "x"], places.Order(StringComparer.Ordinal));
        Assert.Equal(["job", "state"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_job_that_is_deleted_ends_it_with_one_error()
    {
        await using var platform = await outputs.StartAsync();
        var received = false;
        platform.Listing = _ => [received ? null : [platform.Output("one")]];
        platform.Status = _ => received ? "404" : "Executing";
        var steps = await WatchAsync(platform, onStep: step => received |= step is JobWatchStep.Received);
        Assert.Equal(["one"], Received(steps));
        Assert.Equal((ErrorIds.JobNotFound, "Executing"), (Ending(steps).Error!.ErrorId, Ending(steps).Status));
        Assert.Empty(steps.OfType<JobWatchStep.Failed>());
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "state", "watches")));
    }

    [Fact]
    public async Task A_connection_that_is_lost_for_ten_minutes_is_one_warning_and_nothing_else()
    {
        await using var platform = await outputs.StartAsync();
        var away = false;
        var start = platform.Time.GetTimestamp();
        var began = -1L;
        bool IsAway()
        {
            if (!away)
                return false;
            began = began < 0 ? platform.Time.GetTimestamp() : began;
            return platform.Time.GetElapsedTime(began) < TimeSpan.FromMinutes(10);
        }

        platform.Status = _ => IsAway() ? "lost" : began < 0 ? "Executing" : "Completed";
        platform.Listing = _ => IsAway() ? [] : [[platform.Output("one"), .. began < 0 ? [] : new[] { platform.Output("two") }]];
        var steps = await WatchAsync(platform, onStep: step => away |= step is JobWatchStep.Received);
        Assert.Equal(["one", "two"], Received(steps));
        Assert.True(Ending(steps).Succeeded, Ending(steps).Error?.Message);
        Assert.Single(steps.OfType<JobWatchStep.Notice>(), static notice => notice.IsWarning);
        Assert.True(platform.Time.GetElapsedTime(start) > TimeSpan.FromMinutes(10));
    }

    [Fact]
    public async Task A_connection_that_does_not_come_back_ends_it_after_half_an_hour()
    {
        await using var platform = await outputs.StartAsync();
        platform.Status = static round => round == 0 ? "Executing" : "lost";
        platform.Listing = _ => platform.Listings > 1 ? [] : [[platform.Output("one")]];
        var start = platform.Time.GetTimestamp();
        var steps = await WatchAsync(platform);
        Assert.Equal(ErrorIds.PlatformUnreachable, Ending(steps).Error!.ErrorId);
        Assert.InRange(platform.Time.GetElapsedTime(start), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(40));
    }

    [Fact]
    public async Task Five_refused_listings_in_a_row_end_it_and_four_do_not()
    {
        await using var platform = await outputs.StartAsync();
        platform.Status = _ => platform.Listings < 6 ? "Executing" : "Completed";
        platform.Listing = listing => [listing < 4 ? null : [platform.Output("one")]];
        Assert.Equal(["one"], Received(await WatchAsync(platform)));

        await using var refusing = await outputs.StartAsync();
        refusing.Status = static _ => "Executing";
        refusing.Listing = static _ => [null];
        var steps = await WatchAsync(refusing);
        Assert.Equal(404, Ending(steps).Error!.StatusCode);
        Assert.Equal(Patience.MostFailures, refusing.Listings);
    }

    [Fact]
    public async Task An_output_that_cannot_be_received_is_tried_five_times_and_told_once()
    {
        await using var platform = await outputs.StartAsync();
        var broken = platform.Output("one", "broken");
        broken["fileChecksums"] = JsonNode.Parse($$"""[{"hashFunction":"sha512","fileHash":"{{new string('0', 128)}}"}]""");
        platform.Listing = _ => [[broken, platform.Output("two")]];
        platform.Status = static _ => "Completed";
        var steps = await WatchAsync(platform);
        Assert.Equal(["two"], Received(steps));
        Assert.Equal(("broken", ErrorIds.ChecksumMismatch), (Failed(steps).Target, Failed(steps).Error.ErrorId));
        Assert.False(File.Exists(Path.Combine(Top, "broken")));
        Assert.True(Ending(steps).Succeeded);
    }

    [Fact]
    public async Task An_output_that_is_not_uploaded_yet_is_waited_for_and_told_when_it_never_is()
    {
        await using var platform = await outputs.StartAsync();
        var (late, never) = (platform.Output("one", "late"), platform.Output("two", "never"));
        never["isUploaded"] = false;
        platform.Listing = listing =>
        {
            late["isUploaded"] = listing > 8;
            return [[late, never]];
        };
        platform.Status = _ => platform.Listings < 12 ? "Executing" : "Completed";
        var steps = await WatchAsync(platform);
        Assert.Equal(["late"], Received(steps));
        Assert.Equal(("never", ErrorIds.ObjectNotFound), (Failed(steps).Target, Failed(steps).Error.ErrorId));
        Assert.True(Ending(steps).Succeeded);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_folder_is_one_error()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = _ => [[platform.Output("one"), platform.Output("two")]];
        File.WriteAllText(Top, "mine");
        var steps = await WatchAsync(platform);
        Assert.Equal(ErrorIds.DestinationExists, Ending(steps).Error!.ErrorId);
        Assert.Empty(steps.OfType<JobWatchStep.Failed>());
        Assert.Equal("mine", File.ReadAllText(Top));
    }

    [Fact]
    public async Task What_could_not_be_begun_is_begun_with_the_next_look()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = _ => [[platform.Output("one"), platform.Output("two")]];
        platform.Status = static _ => "Completed";
        var profiles = 0;
        // The first is that of the connection.
        platform.Fails = target => target.StartsWith("/api/v3/users/me/", StringComparison.Ordinal) && ++profiles is 2 or 3;
        var steps = await WatchAsync(platform);
        Assert.Equal(["one", "two"], Received(steps).Order(StringComparer.Ordinal));
        Assert.True(profiles > 3);
        Assert.Empty(steps.OfType<JobWatchStep.Failed>());
    }

    [Fact]
    public async Task Two_watches_into_one_folder_are_one_error_and_no_double_work()
    {
        await using var platform = await outputs.StartAsync();
        platform.Listing = _ => [[platform.Output("one")]];
        var isRefused = false;
        platform.Status = _ => isRefused ? "Completed" : "Executing";
        await using var session = await platform.ConnectAsync(_folder.File("state"));
        IReadOnlyList<JobWatchStep>? second = null;
        await foreach (var step in StepsAsync(session, default))
        {
            if (step is not JobWatchStep.Received)
                continue;
            second = await StepsAsync(session, default).ToListAsync();
            isRefused = true;
        }

        Assert.Equal(ErrorIds.TransferInUse, Ending(second!).Error!.ErrorId);
        Assert.Empty(Received(second!));
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(Top, name));

    private static IEnumerable<string> Received(IEnumerable<JobWatchStep> steps) => steps.OfType<JobWatchStep.Received>().Select(static step => step.File.RelativePath);

    private static JobWatchStep.Failed Failed(IEnumerable<JobWatchStep> steps) => Assert.Single(steps.OfType<JobWatchStep.Failed>());

    private static RescaleInterlink.Jobs.JobEnding Ending(IEnumerable<JobWatchStep> steps) => Assert.Single(steps.OfType<JobWatchStep.Ended>()).Ending;

    private async Task<IReadOnlyList<JobWatchStep>> WatchAsync(RelayedPlatform platform, Action<JobWatchStep>? onStep = null, CancellationToken cancellationToken = default)
    {
        await using var session = await platform.ConnectAsync(_folder.File("state"));
        var steps = new List<JobWatchStep>();
        await foreach (var step in StepsAsync(session, cancellationToken))
        {
            steps.Add(step);
            onStep?.Invoke(step);
        }

        return steps;
    }

    private async IAsyncEnumerable<JobWatchStep> StepsAsync(RescaleSession session, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var engine = session.CreateEngine(new TransferOptions());
        var watch = session.CreateJobWatch(engine, new JobWatchOptions { Interval = RelayedPlatform.Interval, Conflict = FolderConflict.Merge });
        watch.Add(RelayedPlatform.JobId, Top);
        watch.Add(RelayedPlatform.JobId, Top);
        watch.Complete();
        await foreach (var step in watch.RunAsync(cancellationToken))
            yield return step;
    }

    /// <summary>Outputs that the relayed listings show: <c>one</c>, <c>two</c>, <c>three</c> with a line each, and a <c>large</c> one.</summary>
    public sealed class Outputs : IAsyncLifetime
    {
        private readonly OwnSandbox _sandbox = new();

        public ValueTask InitializeAsync() => _sandbox.InitializeAsync();

        public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

        internal Task<RelayedPlatform> StartAsync()
            => RelayedPlatform.StartAsync(_sandbox.Sandbox, "echo 1 > one; echo 2 > two; echo 3 > three; head -c 100000 /dev/zero | tr '\\0' x > large");
    }
}
