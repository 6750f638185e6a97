using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Sandbox.Objects;

namespace RescaleInterlink.Sandbox.Tests.Objects;

public sealed class ObjectRepositoryTests : IDisposable
{
    private const string Bucket = "b";

    private readonly string _root = Directory.CreateTempSubdirectory("objects-tests-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task An_object_survives_a_restart_with_all_that_belongs_to_it()
    {
        var repository = new ObjectRepository(_root);
        var put = await PutAsync(repository, "ä/ö", "content", new() { ["IV"] = "x" });
        var again = new ObjectRepository(_root).Find(Bucket, "ä/ö")!;
        Assert.Equal((put.Key, put.ETag, put.Length, put.LastModified), (again.Key, again.ETag, again.Length, again.LastModified));
        Assert.Equal("x", again.Metadata["iv"]);
        Assert.Equal("content", Text(repository, again));
    }

    [Fact]
    public async Task Keys_differ_by_case_and_by_form()
    {
        var repository = new ObjectRepository(_root);
        foreach (var key in new[] { "a", "A", "\u00E9", "e\u0301", "a/", "a//" }) await PutAsync(repository, key, key);
        var reopened = new ObjectRepository(_root);
        foreach (var key in new[] { "a", "A", "\u00E9", "e\u0301", "a/", "a//" }) Assert.Equal(key, Text(reopened, reopened.Find(Bucket, key)!));
    }

    [Fact]
    public async Task A_reader_keeps_the_content_it_opened()
    {
        var repository = new ObjectRepository(_root);
        var old = await PutAsync(repository, "k", "old");
        using var reader = repository.OpenRead(old);
        await PutAsync(repository, "k", "new!");
        Assert.Equal("old", await new StreamReader(reader).ReadToEndAsync());
        Assert.Throws<FileNotFoundException>(() => repository.OpenRead(old));
        Assert.Equal("new!", Text(repository, repository.Find(Bucket, "k")!));
        Assert.True(repository.Delete(Bucket, "k"));
        Assert.False(repository.Delete(Bucket, "k"));
        Assert.Equal(0, ContentFiles());
    }

    [Fact]
    public async Task A_source_that_fails_leaves_the_old_object_and_no_waste()
    {
        var repository = new ObjectRepository(_root);
        await PutAsync(repository, "k", "old");
        await Assert.ThrowsAsync<IOException>(
            () => repository.PutAsync(Bucket, "k", new FailingStream(1_000_000), new Dictionary<string, string>(), default));
        Assert.Equal("old", Text(repository, repository.Find(Bucket, "k")!));
        Assert.Equal(1, ContentFiles());
    }

    [Fact]
    public async Task What_a_killed_process_left_half_done_goes_at_the_next_start()
    {
        var repository = new ObjectRepository(_root);
        var kept = await PutAsync(repository, "kept", "content");
        // A kill between staging and commit, and one in the middle of a descriptor.
        var staged = await repository.StageAsync(new MemoryStream([1, 2, 3]), DigestAlgorithms.None, default);
        var descriptor = Directory.GetFiles(Path.Combine(_root, "objects"), "*.json", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(descriptor + ".0.tmp", "{ half");
        Assert.Equal(2, ContentFiles());

        var reopened = new ObjectRepository(_root);
        Assert.Equal(1, ContentFiles());
        Assert.Equal("content", Text(reopened, reopened.Find(Bucket, "kept")!));
        Assert.Single(Directory.GetFiles(Path.Combine(_root, "objects"), "*", SearchOption.AllDirectories));
        Assert.Empty(reopened.Damaged);
        Assert.Equal(3, staged.Segment.Length);
        Assert.Equal(kept.ETag, reopened.Find(Bucket, "kept")!.ETag);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_damaged_object_is_set_aside_and_named(bool content)
    {
        await PutAsync(new ObjectRepository(_root), "k", "content");
        var file = Directory.GetFiles(Path.Combine(_root, content ? "content" : "objects"), "*", SearchOption.AllDirectories).Single();
        await File.WriteAllTextAsync(file, "x");
        var reopened = new ObjectRepository(_root);
        Assert.Null(reopened.Find(Bucket, "k"));
        Assert.Single(reopened.Damaged);
    }

    [Fact]
    public async Task A_kill_between_completing_and_clearing_away_harms_nothing()
    {
        var repository = new ObjectRepository(_root);
        var upload = repository.Uploads.Begin(Bucket, "k", ObjectAttributes.None, DigestAlgorithms.None, false);
        using var staged = await repository.StageAsync(new MemoryStream("part"u8.ToArray()), DigestAlgorithms.None, default);
        var part = repository.Uploads.PutPart(upload, 1, staged, null)!;
        var folder = Path.Combine(_root, "uploads", upload.Id);
        var copy = Directory.GetFiles(folder).ToDictionary(file => file, File.ReadAllBytes);
        repository.CompleteUpload(upload, (_, _) => new CompletedUpload("e-1", [part], null));
        Assert.False(Directory.Exists(folder));
        Directory.CreateDirectory(folder);
        foreach (var (file, bytes) in copy) await File.WriteAllBytesAsync(file, bytes);

        var reopened = new ObjectRepository(_root);
        Assert.Empty(reopened.Uploads.List(Bucket));
        Assert.False(Directory.Exists(folder));
        Assert.Equal("part", Text(reopened, reopened.Find(Bucket, "k")!));
    }

    [Fact]
    public async Task Aborting_and_replacing_delete_the_parts_content()
    {
        var repository = new ObjectRepository(_root);
        var upload = repository.Uploads.Begin(Bucket, "k", ObjectAttributes.None, DigestAlgorithms.None, false);
        foreach (var number in new[] { 1, 1, 2 })
        {
            using var staged = await repository.StageAsync(new MemoryStream(new byte[number]), DigestAlgorithms.None, default);
            Assert.NotNull(repository.Uploads.PutPart(upload, number, staged, null));
        }

        Assert.Equal(2, ContentFiles());
        Assert.True(repository.Uploads.Abort(upload));
        Assert.Equal(0, ContentFiles());
        using (var late = await repository.StageAsync(new MemoryStream([1]), DigestAlgorithms.None, default)) Assert.Null(repository.Uploads.PutPart(upload, 3, late, null));
        Assert.Equal(0, ContentFiles());
        Assert.Null(repository.CompleteUpload(upload, (_, _) => throw new InvalidOperationException("There is nothing to choose from.")));
    }

    [Fact]
    public async Task Writers_and_readers_of_one_key_never_see_a_mixture()
    {
        var repository = new ObjectRepository(_root);
        await PutAsync(repository, "k", new string('a', 300_000));
        using var enough = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(w => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++) await PutAsync(repository, "k", new string((char)('a' + (i + w) % 26), 300_000 + i), new() { ["letter"] = $"{(char)('a' + (i + w) % 26)}" });
        })).ToList();
        var reads = 0;
        var reader = Task.Run(() =>
        {
            while (!enough.IsCancellationRequested)
            {
                var stored = repository.Find(Bucket, "k")!;
                string text;
                try
                {
                    text = Text(repository, stored);
                }
                catch (FileNotFoundException)
                {
                    continue;
                }

                Assert.Equal(stored.Length, text.Length);
                Assert.Single(text.Distinct());
                if (stored.Metadata.TryGetValue("letter", out var letter)) Assert.Equal(letter[0], text[0]);
                reads++;
            }
        });
        await Task.WhenAll(writers);
        await enough.CancelAsync();
        await reader;
        Assert.True(reads > 0);
        Assert.Equal(1, ContentFiles());
    }

    [Fact]
    public async Task Files_are_their_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Unix file modes do not exist on Windows.");
            return;
        }

        var repository = new ObjectRepository(Path.Combine(_root, "new"));
        await PutAsync(repository, "k", "x");
        foreach (var file in Directory.GetFiles(Path.Combine(_root, "new"), "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        foreach (var folder in Directory.GetDirectories(Path.Combine(_root, "new"), "*", SearchOption.AllDirectories))
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
    }

    // Against the listing spelled out: all keys, filtered, folded, in the order of their UTF-8 bytes.
    [Fact]
    public void Pages_of_any_size_join_to_the_whole_listing()
    {
        var index = ObjectIndex.Empty;
        var alphabet = new[] { "a", "b", "/", "//", "a/", "é", "\uFFFD", "😀", "z" };
        var keys = Gen.NonEmptyListOf(Gen.NonEmptyListOf(Gen.Elements(alphabet)).Select(string.Concat)).Select(list => list.Distinct().ToList());
        var prefixes = Gen.Elements("", "a", "a/", "b/a", "/", "é");
        var delimiters = Gen.Elements("", "/", "//", "a");
        Check.One(Config.QuickThrowOnFailure, Prop.ForAll(
            keys.ToArbitrary(), prefixes.Zip(delimiters).ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (all, how, limit) =>
            {
                var (prefix, delimiter) = how;
                index = all.Aggregate(ObjectIndex.Empty, (set, key) => set.With(Stored(key)));
                var ordered = all.OrderBy(key => Convert.ToHexString(Encoding.UTF8.GetBytes(key)), StringComparer.Ordinal).Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToList();
                var folded = ordered.Select(key => delimiter.Length > 0 && key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is var cut and >= 0
                    ? (IsPrefix: true, Name: key[..(cut + delimiter.Length)])
                    : (IsPrefix: false, Name: key)).ToList();

                var objects = new List<string>();
                var common = new List<string>();
                string? after = null;
                do
                {
                    var page = index.List(prefix, delimiter, after, limit);
                    Assert.InRange(page.Objects.Count + page.CommonPrefixes.Count, page.Next is null ? 0 : limit, limit);
                    objects.AddRange(page.Objects.Select(stored => stored.Key));
                    common.AddRange(page.CommonPrefixes);
                    after = page.Next;
                }
                while (after is not null);
                Assert.Equal(folded.Where(one => !one.IsPrefix).Select(one => one.Name), objects);
                Assert.Equal(folded.Where(one => one.IsPrefix).Select(one => one.Name).Distinct(), common);
            }));
    }

    private static StoredObject Stored(string key) => new()
    {
        Bucket = Bucket, Key = key, ETag = "", LastModified = default, Metadata = new Dictionary<string, string>(), Segments = [],
    };

    private static Task<StoredObject> PutAsync(ObjectRepository repository, string key, string content, Dictionary<string, string>? metadata = null) =>
        repository.PutAsync(Bucket, key, new MemoryStream(Encoding.UTF8.GetBytes(content)), metadata ?? [], default);

    private static string Text(ObjectRepository repository, StoredObject stored)
    {
        using var reader = new StreamReader(repository.OpenRead(stored));
        return reader.ReadToEnd();
    }

    private int ContentFiles() => Directory.GetFiles(Path.Combine(_root, "content"), "*", SearchOption.AllDirectories).Length;

    /// <summary>Zeros, then an error.</summary>
    private sealed class FailingStream(int length) : Stream
    {
        private int _left = length;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (_left == 0) throw new IOException("The source failed.");
            var read = Math.Min(count, _left);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
