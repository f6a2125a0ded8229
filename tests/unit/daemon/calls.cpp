/* SPDX-License-Identifier: MIT */
#include "calls.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <set>

namespace gpiohub::calls
{

std::function<Fate(Call)> decide;

namespace
{

thread_local bool is_in = false;
std::size_t calls = 0;
std::size_t slept = 0;
/* Ours to know, not the daemon's to be told: it may close what the test made. */
std::set<int> open_here;
std::set<int> timers; /* those that are set */
std::set<int> edges;  /* those watched with EPOLLET */

struct About {
	std::string_view name;
	std::span<const int> fates;
};

constexpr int kNoFates[] = {0};
constexpr int kAccept[] = {EINTR, EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOMEM, ENOBUFS};
constexpr int kClose[] = {EINTR};
constexpr int kMakeFd[] = {EMFILE, ENFILE, ENOMEM};
constexpr int kEpollCtl[] = {ENOMEM, ENOSPC};
constexpr int kEpollWait[] = {EINTR, Fate::kShort};
constexpr int kInterrupted[] = {EINTR, EAGAIN};
constexpr int kAsked[] = {ENOBUFS, ENOTCONN};
constexpr int kOpen[] = {EINTR, EMFILE, ENFILE, ENOMEM};
constexpr int kReceive[] = {EINTR, EAGAIN, ENOMEM, ECONNRESET, Fate::kShort};
constexpr int kSend[] = {EINTR, EAGAIN, ENOMEM, ENOBUFS, EPIPE, Fate::kShort};
constexpr int kWrite[] = {EINTR, EAGAIN, EPIPE, ENOMEM, Fate::kShort};

About about(Call call)
{
	switch (call) {
	case Call::Accept4:
		return {"accept4", kAccept};
	case Call::Close:
		return {"close", kClose};
	case Call::EpollCreate1:
		return {"epoll_create1", kMakeFd};
	case Call::EpollCtl:
		return {"epoll_ctl", kEpollCtl};
	case Call::EpollWait:
		return {"epoll_wait", kEpollWait};
	case Call::Eventfd:
		return {"eventfd", kMakeFd};
	case Call::EventfdWrite:
		return {"eventfd_write", kInterrupted};
	case Call::Getpeername:
		return {"getpeername", kAsked};
	case Call::Getsockopt:
		return {"getsockopt", kAsked};
	case Call::Open:
		return {"open", kOpen};
	case Call::Read:
		return {"read", kInterrupted};
	case Call::Recv:
		return {"recv", kReceive};
	case Call::Send:
		return {"send", kSend};
	case Call::Sendmsg:
		return {"sendmsg", kSend};
	case Call::Socketpair:
		return {"socketpair", kMakeFd};
	case Call::TimerfdCreate:
		return {"timerfd_create", kMakeFd};
	case Call::TimerfdSettime:
		return {"timerfd_settime", std::span(kNoFates).first(0)};
	case Call::Writev:
		return {"writev", kWrite};
	}
	std::abort();
}

Fate fate_of(Call call)
{
	if (!is_in)
		return {};
	/* What decides may make calls of its own. */
	is_in = false;
	calls++;
	const Fate fate = decide ? decide(call) : Fate{};
	is_in = true;
	return fate;
}

/* The call fails, with its errno set. */
bool has_failed(Fate fate)
{
	if (fate.error > 0)
		errno = fate.error;
	return fate.error > 0;
}

/* Of `size` as much as the call may move. */
std::size_t cut(Fate fate, std::size_t size)
{
	return fate.is_short() && size > 1 ? size / 2 : size;
}

/* Of a socket. Who is told of edges only is never told EAGAIN while there is something:
 * what the kernel does not do need not be borne. */
Fate fate_of(Call call, int fd)
{
	const Fate fate = fate_of(call);
	return fate.error == EAGAIN && edges.count(fd) != 0 ? Fate{} : fate;
}

int made(int fd)
{
	if (is_in && fd >= 0)
		open_here.insert(fd);
	return fd;
}

} // namespace

std::string_view name_of(Call call) noexcept
{
	return about(call).name;
}

std::span<const int> fates_of(Call call) noexcept
{
	return about(call).fates;
}

std::size_t count() noexcept
{
	return calls;
}

std::size_t sleeps() noexcept
{
	return slept;
}

std::ptrdiff_t descriptors() noexcept
{
	return static_cast<std::ptrdiff_t>(open_here.size());
}

Entered::Entered() noexcept : was_in_(is_in)
{
	is_in = true;
}

Entered::~Entered()
{
	is_in = was_in_;
}

/* --- the calls ------------------------------------------------------------ */

/* NOLINTBEGIN: the linker's names; ld(1), --wrap */
extern "C" {

int __real_accept4(int fd, sockaddr *address, socklen_t *size, int flags);
int __wrap_accept4(int fd, sockaddr *address, socklen_t *size, int flags)
{
	const Fate fate = fate_of(Call::Accept4);
	return has_failed(fate) ? -1 : made(__real_accept4(fd, address, size, flags));
}

/* It is closed, whatever the call says. */
int __real_close(int fd);
int __wrap_close(int fd)
{
	const Fate fate = fate_of(Call::Close);
	open_here.erase(fd);
	timers.erase(fd);
	edges.erase(fd);
	const int result = __real_close(fd);
	return has_failed(fate) ? -1 : result;
}

int __real_epoll_create1(int flags);
int __wrap_epoll_create1(int flags)
{
	return has_failed(fate_of(Call::EpollCreate1)) ? -1 : made(__real_epoll_create1(flags));
}

/* Taking a descriptor in is all that can fail. */
int __real_epoll_ctl(int epoll, int op, int fd, epoll_event *event);
int __wrap_epoll_ctl(int epoll, int op, int fd, epoll_event *event)
{
	if (op == EPOLL_CTL_ADD && has_failed(fate_of(Call::EpollCtl)))
		return -1;
	if (is_in && op == EPOLL_CTL_ADD && (event->events & EPOLLET) != 0)
		edges.insert(fd);
	return __real_epoll_ctl(epoll, op, fd, event);
}

int __real_epoll_wait(int epoll, epoll_event *events, int most, int timeout_ms);
int __wrap_epoll_wait(int epoll, epoll_event *events, int most, int timeout_ms)
{
	const Fate fate = fate_of(Call::EpollWait);
	if (has_failed(fate))
		return -1;
	if (!is_in)
		return __real_epoll_wait(epoll, events, most, timeout_ms);
	const int ready = __real_epoll_wait(epoll, events, fate.is_short() ? 1 : most, 0);
	if (ready == 0 && timeout_ms != 0)
		slept++;
	return ready;
}

int __real_eventfd(unsigned value, int flags);
int __wrap_eventfd(unsigned value, int flags)
{
	return has_failed(fate_of(Call::Eventfd)) ? -1 : made(__real_eventfd(value, flags));
}

int __real_eventfd_write(int fd, eventfd_t value);
int __wrap_eventfd_write(int fd, eventfd_t value)
{
	return has_failed(fate_of(Call::EventfdWrite)) ? -1 : __real_eventfd_write(fd, value);
}

int __real_getpeername(int fd, sockaddr *address, socklen_t *size);
int __wrap_getpeername(int fd, sockaddr *address, socklen_t *size)
{
	return has_failed(fate_of(Call::Getpeername)) ? -1 : __real_getpeername(fd, address, size);
}

int __real_getsockopt(int fd, int level, int name, void *value, socklen_t *size);
int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	return has_failed(fate_of(Call::Getsockopt))
		? -1
		: __real_getsockopt(fd, level, name, value, size);
}

/* The daemon makes no files. */
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	return has_failed(fate_of(Call::Open)) ? -1 : made(__real_open(path, flags));
}

ssize_t __real_read(int fd, void *bytes, std::size_t size);
ssize_t __wrap_read(int fd, void *bytes, std::size_t size)
{
	return has_failed(fate_of(Call::Read)) ? -1 : __real_read(fd, bytes, size);
}

ssize_t __real_recv(int fd, void *bytes, std::size_t size, int flags);
ssize_t __wrap_recv(int fd, void *bytes, std::size_t size, int flags)
{
	const Fate fate = fate_of(Call::Recv, fd);
	return has_failed(fate) ? -1 : __real_recv(fd, bytes, cut(fate, size), flags);
}

ssize_t __real_send(int fd, const void *bytes, std::size_t size, int flags);
ssize_t __wrap_send(int fd, const void *bytes, std::size_t size, int flags)
{
	const Fate fate = fate_of(Call::Send, fd);
	return has_failed(fate) ? -1 : __real_send(fd, bytes, cut(fate, size), flags);
}

ssize_t __real_sendmsg(int fd, const msghdr *message, int flags);
ssize_t __wrap_sendmsg(int fd, const msghdr *message, int flags)
{
	const Fate fate = fate_of(Call::Sendmsg);
	if (has_failed(fate))
		return -1;
	if (!fate.is_short() || message->msg_iovlen == 0)
		return __real_sendmsg(fd, message, flags);
	msghdr less = *message;
	iovec first = message->msg_iov[0];
	first.iov_len = cut(fate, first.iov_len);
	less.msg_iov = &first;
	less.msg_iovlen = 1;
	return __real_sendmsg(fd, &less, flags);
}

int __real_socketpair(int domain, int type, int protocol, int *ends);
int __wrap_socketpair(int domain, int type, int protocol, int *ends)
{
	if (has_failed(fate_of(Call::Socketpair)))
		return -1;
	const int result = __real_socketpair(domain, type, protocol, ends);
	if (result == 0) {
		made(ends[0]);
		made(ends[1]);
	}
	return result;
}

int __real_timerfd_create(int clock, int flags);
int __wrap_timerfd_create(int clock, int flags)
{
	return has_failed(fate_of(Call::TimerfdCreate)) ? -1
							: made(__real_timerfd_create(clock, flags));
}

int __real_timerfd_settime(int fd, int flags, const itimerspec *when, itimerspec *before);
int __wrap_timerfd_settime(int fd, int flags, const itimerspec *when, itimerspec *before)
{
	if (when->it_value.tv_sec != 0 || when->it_value.tv_nsec != 0)
		timers.insert(fd);
	else
		timers.erase(fd);
	return __real_timerfd_settime(fd, flags, when, before);
}

ssize_t __real_writev(int fd, const iovec *parts, int count);
ssize_t __wrap_writev(int fd, const iovec *parts, int count)
{
	const Fate fate = fate_of(Call::Writev);
	return has_failed(fate) ? -1 : __real_writev(fd, parts, fate.is_short() ? 1 : count);
}

} /* extern "C" */
/* NOLINTEND */

std::size_t expire_timers()
{
	itimerspec now{};
	now.it_value.tv_nsec = 1;
	for (const int fd : timers)
		__real_timerfd_settime(fd, 0, &now, nullptr);
	const std::size_t expired = timers.size();
	timers.clear();
	return expired;
}

} // namespace gpiohub::calls
