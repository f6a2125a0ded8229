/* SPDX-License-Identifier: MIT */
#include "extension.hpp"
#include "groups.hpp"

namespace gpiohub::daemon::pigpio
{

namespace
{

/* The scripts go on as they are to. */
Reply after(const Call &call, Reply reply)
{
	call.board.scripts->look();
	return reply;
}

} // namespace

Reply store_script(const Call &call)
{
	Reply stored = call.board.scripts->store().add(text_of(call.request.extension));
	if (stored.res >= 0)
		call.board.script_makers[static_cast<std::uint32_t>(stored.res)] = call.maker;
	return stored;
}

Reply check_script(const Call &call)
{
	std::vector<Instruction> program;
	return parse_script(text_of(call.request.extension), program);
}

Reply delete_script(const Call &call)
{
	call.board.script_makers.erase(call.p1());
	return after(call, call.board.scripts->store().remove(call.p1()));
}

Reply run_script(const Call &call)
{
	return after(call, call.board.scripts->store().run(call.p1(), call.request.extension));
}

Reply update_script(const Call &call)
{
	return call.board.scripts->store().update(call.p1(), call.request.extension);
}

Reply stop_script(const Call &call)
{
	return after(call, call.board.scripts->store().stop(call.p1()));
}

Reply get_script_status(const Call &call)
{
	return call.board.scripts->store().status(call.p1());
}

} // namespace gpiohub::daemon::pigpio
