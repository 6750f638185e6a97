using FsCheck;
using FsCheck.Fluent;
using RescaleInterlink.Errors;
using RescaleInterlink.Library.Changes;

namespace RescaleInterlink.Core.Tests.Library.Changes;

public class AllOrNoneTests
{
    [Fact]
    public void Exactly_the_bad_ones_fail_and_the_others_are_done_once()
    {
        var cases = from count in Gen.Choose(0, 350) from bad in Gen.ArrayOf(Gen.Choose(0, 400)) select (count, bad: bad.ToHashSet());
        Prop.ForAll(cases.ToArbitrary(), static one =>
        {
            var done = new List<int>();
            var calls = 0;
            var settled = Run(Enumerable.Range(0, one.count), some =>
            {
                calls++;
                Assert.InRange(some.Count, 1, AllOrNone.Most);
                if (some.Any(one.bad.Contains))
                    throw Refused(400);
                done.AddRange(some);
            });
            var bad = Enumerable.Range(0, one.count).Where(one.bad.Contains).ToArray();
            Assert.Equal(Enumerable.Range(0, one.count), settled.Select(static s => s.Item).Order());
            Assert.Equal(bad, settled.Where(static s => s.Error is not null).Select(static s => s.Item).Order());
            Assert.Equal(Enumerable.Range(0, one.count).Except(bad), done.Order());
            // Seven halvings lead from a hundred to one.
            Assert.InRange(calls, 0, (one.count + 99) / 100 + 2 * 7 * bad.Length);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));
    }

    [Fact]
    public void A_fault_of_the_server_is_not_searched_for_among_the_items()
    {
        var calls = 0;
        var settled = Run(Enumerable.Range(0, 150), _ =>
        {
            calls++;
            throw Refused(500);
        });
        Assert.Equal((2, 150), (calls, settled.Count(static s => s.Error is not null)));
    }

    [Theory]
    [InlineData(ErrorKind.Authentication)]
    [InlineData(ErrorKind.Unreachable)]
    [InlineData(ErrorKind.RateLimited)]
    public void What_every_call_would_meet_ends_all(ErrorKind kind)
    {
        var calls = 0;
        Assert.Throws<RescaleException>(() => Run(Enumerable.Range(0, 150), _ =>
        {
            calls++;
            throw new RescaleException("x", kind, "x");
        }));
        Assert.Equal(1, calls);
    }

    private static List<(int Item, RescaleException? Error)> Run(IEnumerable<int> items, Action<IReadOnlyList<int>> call)
    {
        Task Call(IReadOnlyList<int> some)
        {
            call(some);
            return Task.CompletedTask;
        }

        // On the pool: the checks of one property run on a thread that must not wait for itself.
        return Task.Run(async () => await AllOrNone.RunAsync(items, Call, AllOrNone.IsAboutItems, default).ToListAsync()).GetAwaiter().GetResult();
    }

    private static RescaleException Refused(int status) => new("x", ErrorKind.InvalidInput, "x") { StatusCode = status };
}
