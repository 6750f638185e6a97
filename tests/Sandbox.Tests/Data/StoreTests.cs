using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Sandbox.Data;
using RescaleInterlink.Sandbox.Tests.Support;

namespace RescaleInterlink.Sandbox.Tests.Data;

public sealed class StoreTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData("\0\0\0\0")]
    [InlineData("null\n")]
    [InlineData("{}\n")]
    [InlineData("garbage\n")]
    public void A_damaged_journal_is_refused_and_left_as_it_is(string damage)
    {
        using var folder = new TestFolder();
        using (var store = new Store(folder.In("journal")))
            store.Change(change => change.Put(Folder("f", null)));
        System.IO.File.AppendAllText(folder.In("journal"), damage);
        string before = System.IO.File.ReadAllText(folder.In("journal"));
        Assert.Contains("Line 2", Assert.Throws<InvalidDataException>(() => new Store(folder.In("journal"))).Message, StringComparison.Ordinal);
        Assert.Equal(before, System.IO.File.ReadAllText(folder.In("journal")));
    }

    [Fact]
    public void What_was_changed_is_there_after_a_reopening()
    {
        using var folder = new TestFolder();
        using (var store = new Store(folder.In("journal")))
        {
            store.Change(change => change.Put(Folder("f", null)));
            store.Change(change => change.Put(File("a", "f")));
            store.Change(change => change.Put(File("b", "f")));
            store.Change(change => change.Put(Job("j").With(JobStatuses.Queued, Now, "reason") with { SubmittedAs = change.NextSubmission() }));
            store.Change(change =>
            {
                change.Delete(change.FindFile("b")!);
                return change.Put(change.FindFile("a")! with { TrashedAt = Now, Tags = ["x", "y"] });
            });
        }

        using var again = new Store(folder.In("journal"));
        Assert.Null(again.FindFile("b"));
        Assert.Equal(["x", "y"], again.FindFile("a")!.Tags);
        Assert.Equal(Now, again.FindFile("a")!.TrashedAt);
        Assert.Empty(again.Contents("f", PageRange.Everything).Entries);
        Assert.Equal("a", Assert.Single(again.TrashContents(PageRange.Everything).Entries).Id);
        var job = again.FindJob("j")!;
        Assert.Equal(("Queued", "reason", 1L), (job.Status.Status, job.Status.Reason, job.SubmittedAs));
        Assert.Equal("v", job.Specification.EnvironmentVariables["n"]);
        Assert.Equal(2, again.Change(change => change.NextSubmission()));
    }

    [Theory]
    [InlineData("{\"changes\":[{\"kind\":\"file\"")]
    [InlineData("{\"Ch")]
    public void A_torn_last_line_is_cut_off(string torn)
    {
        using var folder = new TestFolder();
        using (var store = new Store(folder.In("journal")))
            store.Change(change => change.Put(Folder("f", null)));
        System.IO.File.AppendAllText(folder.In("journal"), torn);
        using (var store = new Store(folder.In("journal")))
        {
            Assert.NotNull(store.FindFolder("f"));
            store.Change(change => change.Put(Folder("g", "f")));
        }

        using var again = new Store(folder.In("journal"));
        Assert.NotNull(again.FindFolder("f"));
        Assert.NotNull(again.FindFolder("g"));
    }

    [Fact]
    public void A_damaged_line_in_the_middle_is_an_error_that_names_it()
    {
        using var folder = new TestFolder();
        using (var store = new Store(folder.In("journal")))
            store.Change(change => change.Put(Folder("f", null)));
        System.IO.File.AppendAllText(folder.In("journal"), "damage\n");
        var failure = Assert.Throws<InvalidDataException>(() => new Store(folder.In("journal")));
        Assert.Contains("Line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_history_is_compacted_and_nothing_is_lost()
    {
        using var folder = new TestFolder();
        using (var store = new Store(folder.In("journal")))
        {
            store.Change(change => change.Put(Folder("f", null)));
            for (int i = 0; i < 1500; i++)
                store.Change(change => change.Put(File($"file{i % 10}", "f") with { DecryptedSize = i }));
        }

        using (var store = new Store(folder.In("journal")))
            store.Change(change => change.Put(File("last", "f")));
        Assert.Equal(12, System.IO.File.ReadLines(folder.In("journal")).Count());
        using var again = new Store(folder.In("journal"));
        Assert.Equal(1499, again.FindFile("file9")!.DecryptedSize);
        Assert.Equal(11, again.Contents("f", PageRange.Everything).Count);
    }

    [Fact]
    public void A_change_that_throws_changes_nothing()
    {
        using var folder = new TestFolder();
        using var store = new Store(folder.In("journal"));
        Assert.Throws<InvalidOperationException>(() => store.Change<bool>(change =>
        {
            change.Put(Folder("f", null));
            throw new InvalidOperationException();
        }));
        Assert.Null(store.FindFolder("f"));
        Assert.Equal(0, new FileInfo(folder.In("journal")).Length);
    }

    [Fact]
    public void Pages_cut_the_listing_without_gap_or_repetition()
    {
        using var folder = new TestFolder();
        using var store = new Store(folder.In("journal"));
        for (int i = 0; i < 23; i++)
            store.Change(change => change.Put(File($"{i}", "f")));
        string[] ids = [.. Enumerable.Range(1, 4).SelectMany(page => store.Files(new PageRange(page, 7), newestFirst: true).Entries).Select(file => file.Id)];
        Assert.Equal(Enumerable.Range(0, 23).Reverse().Select(i => $"{i}"), ids);
        Assert.Empty(store.Files(new PageRange(5, 7), newestFirst: true).Entries);
    }

    /// <summary>Any sequence of puts, moves and deletes: the reopened store and a plain model agree.</summary>
    [Fact]
    public void Any_history_is_replayed_to_the_same_state()
    {
        var operation = Gen.Choose(0, 3).SelectMany(kind => Gen.Choose(0, 5).SelectMany(id => Gen.Choose(0, 2).Select(parent => (kind, id: $"x{id}", parent: $"p{parent}"))));
        var property = Prop.ForAll(operation.ListOf().ToArbitrary(), operations =>
        {
            using var folder = new TestFolder();
            Dictionary<string, (string Parent, bool Trashed)> model = [];
            using (var store = new Store(folder.In("journal")))
            {
                foreach (var (kind, id, parent) in operations)
                {
                    bool known = model.TryGetValue(id, out var entry);
                    if (kind == 0 && known)
                    {
                        store.Change(change =>
                        {
                            change.Delete(change.FindFile(id)!);
                            return true;
                        });
                        model.Remove(id);
                    }
                    else if (kind == 1 && known)
                    {
                        store.Change(change => change.Put(change.FindFile(id)! with { TrashedAt = Now }));
                        model[id] = entry with { Trashed = true };
                    }
                    else
                    {
                        store.Change(change => change.Put(File(id, parent)));
                        model[id] = (parent, false);
                    }
                }

                Agree(store, model);
            }

            using var again = new Store(folder.In("journal"));
            Agree(again, model);
        });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), property);
    }

    private static void Agree(Store store, Dictionary<string, (string Parent, bool Trashed)> model)
    {
        for (int p = 0; p <= 2; p++)
        {
            var expected = model.Where(pair => pair.Value == ($"p{p}", false)).Select(pair => pair.Key).Order();
            Assert.Equal(expected, store.Contents($"p{p}", PageRange.Everything).Entries.Select(entry => entry.Id).Order());
        }

        Assert.Equal(model.Where(pair => pair.Value.Trashed).Select(pair => pair.Key).Order(), store.TrashContents(PageRange.Everything).Entries.Select(entry => entry.Id).Order());
        Assert.Equal(model.Count, store.Files(new PageRange(1, 1), newestFirst: false).Count);
    }

    private static FolderRecord Folder(string id, string? parent) => new() { Id = id, Name = id, ParentId = parent, DateInserted = Now };

    private static FileRecord File(string id, string folder) => new()
    {
        Id = id,
        SymlinkId = "s" + id,
        Name = id,
        FolderId = folder,
        DateUploaded = Now,
        EncodedEncryptionKey = "",
        Container = "sandbox",
        Path = "p",
    };

    private static JobRecord Job(string id) => new()
    {
        Id = id,
        Name = id,
        FolderId = "f",
        DateInserted = Now,
        Statuses = [new StatusRecord(JobStatuses.Pending, Now, null)],
        Specification = new JobSpecification { Command = "true", AnalysisCode = "user_included", CoreType = "emerald", EnvironmentVariables = new Dictionary<string, string> { ["n"] = "v" } },
    };
}
